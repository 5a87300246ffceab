import { describe, expect, test } from 'vitest';
import { negotiate } from './negotiation.js';
import { tunnelled } from './websocket/tunnel.js';

const supported = ['v4.channel.k8s.io', 'v3.channel.k8s.io'];

describe('the version of a protocol', () => {
  test.each([
    ['v4.channel.k8s.io', 'v4.channel.k8s.io'],
    ['v9.channel.k8s.io, v3.channel.k8s.io', 'v3.channel.k8s.io'],
    [['v3.channel.k8s.io', 'v4.channel.k8s.io'], 'v3.channel.k8s.io'],
  ])('of %s is %s', (header, protocol) => {
    expect(negotiate(header, supported)).toEqual({ protocol });
  });
  test('that nobody speaks is refused with those that are spoken', () => {
    expect(negotiate('v9', supported)).toEqual({ status: 403, accepted: supported, text: 'unable to upgrade: unable to negotiate protocol: client supports [v9], server accepts [v4.channel.k8s.io v3.channel.k8s.io]' });
  });
  test.each([[undefined, /does not exist/], [' , ', /no valid protocols/]])('%s is a bad request', (header, text) => {
    expect(negotiate(header, supported)).toMatchObject({ status: 400, text: expect.stringMatching(text) as string });
  });
});

test.each([['SPDY/3.1+portforward.k8s.io', 'portforward.k8s.io'], ['portforward.k8s.io', undefined], ['SPDY/3.1+x', undefined]])('%s carries %s', (subprotocol, inside) => {
  expect(tunnelled(subprotocol)).toBe(inside);
});
