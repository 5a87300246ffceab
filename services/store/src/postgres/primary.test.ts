import { describe, expect, it } from 'vitest';
import type { PostgresHost } from './hosts.js';
import { findPrimary, staleness } from './primary.js';
import type { Server } from './server.js';

const [a, b]: [PostgresHost, PostgresHost] = [{ host: 'a', port: 1 }, { host: 'b', port: 1 }];
const answering = (answers: Record<string, number | Error | Promise<number>>) => async ({ host }: PostgresHost): Promise<number> => {
  const answer = await answers[host];
  if (answer instanceof Error) throw answer;
  return answer ?? 0;
};

describe('of several servers', () => {
  it.each([
    ['the only one that takes writes', { a: new Error('standby'), b: 3 }, 'b'],
    ['the first of equals', { a: 3, b: 3 }, 'a'],
    ['the one that was promoted last, when a former primary came back', { a: 1, b: 2 }, 'b'],
    ['one that answers, while another never does', { a: new Promise<number>(() => undefined), b: 1 }, 'b'],
  ])('%s is used', async (_which, answers, host) => {
    expect((await findPrimary([a, b], answering(answers))).host).toBe(host);
  });

  it('none is used when none takes writes, and each says why', async () => {
    await expect(findPrimary([a, b], answering({ a: new Error('a:1: refused'), b: new Error('b:1: standby') }))).rejects.toThrow('none of the 2 servers takes writes: a:1: refused; b:1: standby');
  });

  it('a former primary is not used once the present one was seen, a server of another system is', () => {
    const hosts = [a, b];
    const server = (timeline: number, system = 's'): Server => ({ backend: 1, version: 170000, standby: false, readOnly: false, encoding: 'UTF8', timeline, system });
    expect(staleness(hosts, server(1))).toBeUndefined();
    expect(staleness(hosts, server(2))).toBeUndefined();
    expect(staleness(hosts, server(1))).toContain('former primary');
    expect(staleness([a, b], server(1))).toBeUndefined();
    expect(staleness(hosts, server(1, 'other'))).toBeUndefined();
  });
});
