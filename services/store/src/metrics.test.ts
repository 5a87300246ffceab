import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createMetrics } from '@gantry/platform/metrics';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import { createStoreMetrics } from './metrics.js';
import { startStore } from './store.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

it('tells of commits, of what the stream has, and of starting over', async () => {
  const metrics = createMetrics();
  const bus = createMemoryBus();
  const store = await startStore({ bus, postgres: await postgres.emptied(), logger: silentLogger, metrics: createStoreMetrics(metrics) });
  await store.whenLeading();
  const storage = createRemoteStorage(bus);
  await Promise.all(['a', 'b', 'c'].map((name) => storage.write([put(pod(name), 0)])));
  const lines = async (): Promise<string[]> => (await metrics.text()).split('\n');
  await vi.waitFor(async () => expect(await lines()).toContain('gantry_store_published_revision 3'));
  expect(await lines()).toEqual(expect.arrayContaining(['gantry_store_writes_total 3', 'gantry_store_revision 3', 'gantry_store_publish_realignments_total 0', 'gantry_store_commit_rows_sum 3']));
  bus.faults.drop(({ subject }) => subject.startsWith('watch.'), { times: 1 });
  await storage.write([put(pod('d'), 0)]);
  await vi.waitFor(async () => expect(await lines()).toEqual(expect.arrayContaining(['gantry_store_published_revision 4', 'gantry_store_publish_realignments_total 1'])));
  await store.stop();
  expect((await lines()).filter((line) => line.startsWith('gantry_store_published_revision '))).toEqual([]);
  await bus.close();
});
