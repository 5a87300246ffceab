import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { afterAll, beforeAll } from 'vitest';
import type { TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { describeStorage } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from './store.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

describeStorage('the store on Postgres, through the bus', async () => {
  const bus = createMemoryBus();
  const store = await startStore({ bus, postgres: await postgres.emptied(), logger: silentLogger });
  await store.whenLeading();
  return {
    storage: createRemoteStorage(bus),
    compact: (revision) => store.compact(revision),
    stop: async () => {
      await store.stop();
      await bus.close();
    },
  };
});
