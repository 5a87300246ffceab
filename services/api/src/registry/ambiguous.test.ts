import { StorageError } from '@gantry/storage';
import type { Storage } from '@gantry/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

const path = '/api/v1/namespaces/default/configmaps';
let test: TestApi;
/** True: the next write is committed, and its answer is lost. */
let losesAnswer = false;

async function write(storage: Storage, ...args: Parameters<Storage['write']>): ReturnType<Storage['write']> {
  const outcome = await storage.write(...args);
  if (!losesAnswer) return outcome;
  losesAnswer = false;
  throw new StorageError('ambiguous', 'the answer was lost');
}

beforeEach(async () => {
  test = await startTestApi({ wrap: (storage) => new Proxy<Storage>(storage, { get: (target, name) => (name === 'write' ? (...args: Parameters<Storage['write']>) => write(target, ...args) : Reflect.get(target, name).bind(target)) }) });
  await test.call('POST', path, { metadata: { name: 'a', finalizers: ['x/one'] }, data: { k: 'v' } });
  await test.call('GET', path);
});
afterEach(() => test.stop());

describe('a write whose answer was lost after the commit', () => {
  const requests = {
    create: () => test.call('POST', path, { metadata: { name: 'new' } }),
    'create with a generated name': () => test.call('POST', path, { metadata: { generateName: 'new-' } }),
    update: async () => test.call('PUT', `${path}/a`, { ...(await test.call('GET', `${path}/a?resourceVersion=0`)).body, data: { k: 'changed' } }),
    patch: () => test.call('PATCH', `${path}/a`, [{ op: 'add', path: '/metadata/finalizers/-', value: 'x/two' }, { op: 'add', path: '/metadata/finalizers/-', value: 'x/three' }], { 'content-type': 'application/json-patch+json' }),
    delete: () => test.call('DELETE', `${path}/a`),
  };

  it.each(Object.entries(requests))('%s: is neither repeated nor refused nor called a success', async (_verb, send) => {
    const before = await test.storage.currentRevision();
    losesAnswer = true;
    const { status, body } = await send();
    expect([status, body.reason, losesAnswer]).toEqual([504, 'Timeout', false]);
    expect(await test.storage.currentRevision()).toBe(before + 1);
  });
});
