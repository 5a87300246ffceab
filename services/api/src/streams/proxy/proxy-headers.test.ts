import { describe, expect, it } from 'vitest';
import { answeredHeaders, forwardedHeaders } from './proxy-headers.js';
import { isProxyable, parseTargetId } from './target-id.js';

describe('the headers of a request', () => {
  it('lose what is about the connection, and what proves who somebody is', () => {
    const headers = { host: 'h', connection: 'keep-alive, x-mine', 'x-mine': '1', te: 'gzip', upgrade: 'h2c', authorization: 'Bearer t', 'impersonate-user': 'u', 'x-remote-user': 'r', 'x-kept': '2', cookie: 'c=1' };
    expect(forwardedHeaders(headers, { path: '/p', address: '192.0.2.1' }, undefined)).toEqual({ host: 'h', 'x-kept': '2', cookie: 'c=1', 'x-forwarded-uri': '/p', 'x-forwarded-for': '192.0.2.1', connection: 'close' });
  });
  it('name all who passed it on, and the protocol that is wanted', () => {
    expect(forwardedHeaders({ host: 'h', 'x-forwarded-for': '198.51.100.1' }, { path: '/p', address: '192.0.2.1' }, 'websocket')).toEqual({ host: 'h', 'x-forwarded-uri': '/p', 'x-forwarded-for': '198.51.100.1, 192.0.2.1', connection: 'Upgrade', upgrade: 'websocket' });
  });
  it('of HTTP/2 name the host otherwise', () => {
    expect(forwardedHeaders({ ':authority': 'h', ':method': 'GET' }, { path: '/p', address: undefined }, undefined)).toEqual({ host: 'h', 'x-forwarded-uri': '/p', connection: 'close' });
  });
});

it('the headers of an answer lose what is about the connection', () => {
  expect(answeredHeaders({ connection: 'close, x-mine', 'x-mine': '1', 'transfer-encoding': 'chunked', 'content-type': 'text/plain', 'set-cookie': ['a'] })).toEqual({ 'content-type': 'text/plain' });
});

it.each([
  ['p', { scheme: 'http', name: 'p', port: '' }],
  ['p:80', { scheme: 'http', name: 'p', port: '80' }],
  ['https:p:web', { scheme: 'https', name: 'p', port: 'web' }],
  ['https:p:', { scheme: 'https', name: 'p', port: '' }],
  [':80', undefined],
  ['ftp:p:80', undefined],
  ['a:b:c:d', undefined],
])('%s is the target %o', (id, expected) => {
  expect(parseTargetId(id)).toEqual(expected);
});

it.each([
  ['10.244.0.5', true], ['192.168.1.1', true], ['240.0.0.1', true], ['fd00::1', true],
  ['127.0.0.1', false], ['169.254.169.254', false], ['0.0.0.0', false], ['224.0.0.1', false], ['255.255.255.255', false], ['::1', false], ['fe80::1', false], ['::ffff:127.0.0.1', false], ['', false], ['localhost', false], ['2130706433', false],
])('%s may be dialled: %s', (address, expected) => {
  expect(isProxyable(address)).toBe(expected);
});
