import { silentLogger } from '@gantry/async';
import { createRemoteStorage } from '@gantry/api';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { startStore, type StoreOptions } from '@gantry/store';

export interface StandaloneStorage {
  readonly storage: Storage;
  stop(): Promise<void>;
}

/** The store of a standalone cluster without the rest of it, reached over a bus in memory as `api` reaches it: for measurements. */
export async function startStorage(postgres: StoreOptions['postgres']): Promise<StandaloneStorage> {
  const bus = createMemoryBus();
  const store = await startStore({ bus, postgres, logger: silentLogger });
  await store.whenLeading();
  return {
    storage: createRemoteStorage(bus),
    stop: async () => {
      await store.stop();
      await bus.close();
    },
  };
}
