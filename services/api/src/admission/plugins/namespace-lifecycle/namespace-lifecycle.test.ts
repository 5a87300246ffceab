import { Deferred } from '@gantry/async';
import type { Storage } from '@gantry/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestApi } from '../../../test-api.suite.js';

let test: TestApi;
/** A create of a config map has passed everything but the storage, and waits there. */
let arrived: Deferred<void>;
let gate: Deferred<void>;

async function heldWrite(storage: Storage, ...[operations]: Parameters<Storage['write']>): ReturnType<Storage['write']> {
  if (operations[0]!.key === 'core/configmaps/n/late') {
    arrived.resolve();
    await gate.promise;
  }
  return storage.write(operations);
}

beforeEach(async () => {
  arrived = new Deferred();
  gate = new Deferred();
  test = await startTestApi({ wrap: (storage) => new Proxy<Storage>(storage, { get: (target, name) => (name === 'write' ? (...args: Parameters<Storage['write']>) => heldWrite(target, ...args) : Reflect.get(target, name).bind(target)) }) });
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
});
afterEach(() => test.stop());

/** Creates a config map, does something to its namespace just before it is stored, and answers what became of it. */
async function createDuring(action: () => Promise<unknown>): Promise<Awaited<ReturnType<TestApi['call']>>> {
  const creating = test.call('POST', '/api/v1/namespaces/n/configmaps', { metadata: { name: 'late' } });
  await arrived.promise;
  await action();
  gate.resolve();
  return creating;
}

const remove = (): Promise<unknown> => test.call('DELETE', '/api/v1/namespaces/n');
const finalize = async (): Promise<unknown> => test.call('PUT', '/api/v1/namespaces/n/finalize', { metadata: { name: 'n' }, spec: { finalizers: [] } });
const stored = async (): Promise<number> => (await test.storage.list('core/configmaps/n/')).items.length;

describe('a create that is on its way when its namespace', () => {
  it('is deleted is refused', async () => {
    const { status, body } = await createDuring(remove);
    expect([status, body.details.causes[0].reason, await stored()]).toEqual([403, 'NamespaceTerminating', 0]);
  });

  it('is emptied and gone leaves nothing behind', async () => {
    const { status, body } = await createDuring(async () => {
      await remove();
      await finalize();
    });
    expect([status, body.message, await stored()]).toEqual([404, 'namespaces "n" not found', 0]);
  });

  it('is changed goes on', async () => {
    const { status } = await createDuring(() => test.call('PATCH', '/api/v1/namespaces/n', { metadata: { labels: { a: 'b' } } }, { 'content-type': 'application/merge-patch+json' }));
    expect([status, await stored()]).toEqual([201, 1]);
  });
});
