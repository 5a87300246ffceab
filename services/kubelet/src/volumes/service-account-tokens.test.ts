import { newForbidden } from '@gantry/apimachinery';
import type { authenticationV1 } from '@gantry/api-types';
import { FakeClock, silentLogger } from '@gantry/async';
import { createFakeClient } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../pods/pod.js';
import { createServiceAccountTokens, refreshTime, tokenLife } from './service-account-tokens.js';

const HOUR = 3600 * 1000;
const START = Date.parse('2026-01-01T00:00:00Z');
const pod: Pod = { metadata: { name: 'web', namespace: 'shop', uid: 'u1' }, spec: { serviceAccountName: 'robot', containers: [] } };
const source = { path: 'token', expirationSeconds: 3600, audience: 'vault' };
const jwt = (claims: object): string => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
const bound = (iat: number, exp: number, uid = 'u1'): string => jwt({ iat: iat / 1000, exp: exp / 1000, 'kubernetes.io': { pod: { uid } } });

let clock: FakeClock;
let client: FakeClient;
let refuses: boolean;
let requests: { path: string; body: authenticationV1.TokenRequest }[];
beforeEach(() => {
  clock = new FakeClock(START);
  client = createFakeClient();
  refuses = false;
  requests = [];
  client.react(({ path, body }) => {
    if (refuses) throw newForbidden({ group: '', resource: 'serviceaccounts' }, 'robot', 'not today');
    const request = JSON.parse(Buffer.from(body ?? '').toString()) as authenticationV1.TokenRequest;
    requests.push({ path, body: request });
    const expirationTimestamp = new Date(clock.now() + (request.spec?.expirationSeconds ?? 0) * 1000).toISOString();
    return { status: 201, headers: {}, body: Buffer.from(JSON.stringify({ ...request, status: { token: `t${requests.length}`, expirationTimestamp } })) };
  });
});
const make = () => createServiceAccountTokens({ client, clock, logger: silentLogger, random: () => 0 });

describe('a service account token', () => {
  test('is asked for once, bound to its pod, and anew when four fifths of its life are over', async () => {
    const tokens = make();
    expect(await tokens.get(pod, source, undefined)).toMatchObject({ token: 't1', refreshAt: START + 0.8 * HOUR });
    expect(requests).toEqual([{
      path: '/api/v1/namespaces/shop/serviceaccounts/robot/token',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['vault'], expirationSeconds: 3600, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u1' } } },
    }]);
    clock.advance(0.8 * HOUR - 1);
    expect((await tokens.get(pod, source, 't1')).token).toBe('t1');
    clock.advance(1);
    expect((await tokens.get(pod, source, 't1')).token).toBe('t2');
    expect((await tokens.get(pod, { ...source, audience: 'other' }, undefined)).token).toBe('t3');
  });

  test('that cannot be replaced is used to its end', async () => {
    const tokens = make();
    await tokens.get(pod, source, undefined);
    refuses = true;
    clock.advance(0.9 * HOUR);
    expect(await tokens.get(pod, source, 't1')).toMatchObject({ token: 't1', refreshAt: clock.now() + 30_000 });
    clock.advance(0.1 * HOUR);
    await expect(tokens.get(pod, source, 't1')).rejects.toThrow('failed to fetch token: serviceaccounts "robot" is forbidden: not today');
  });

  test('of the file is gone on with after a restart, unless it is due or of another pod', async () => {
    const present = bound(START - 0.5 * HOUR, START + 0.5 * HOUR);
    expect(await make().get(pod, source, present)).toMatchObject({ token: present, refreshAt: START + 0.3 * HOUR });
    expect(requests).toEqual([]);
    expect((await make().get(pod, source, bound(START - 0.9 * HOUR, START + 0.1 * HOUR))).token).toBe('t1');
    expect((await make().get(pod, source, bound(START, START + HOUR, 'u2'))).token).toBe('t2');
    expect((await make().get(pod, source, 'no token')).token).toBe('t3');
  });
});

test('a token is replaced after a day at the latest', () => {
  expect(refreshTime(START, START + 100 * HOUR, 7)).toBe(START + 24 * HOUR - 7);
});

test('the end of a token whose life was stretched is the time from which it warns', () => {
  expect(tokenLife(jwt({ iat: 10, exp: 99_999, 'kubernetes.io': { warnafter: 3617, pod: { uid: 'u1' } } }), 'u1')).toEqual({ issuedAt: 10_000, expiresAt: 3_617_000 });
});
