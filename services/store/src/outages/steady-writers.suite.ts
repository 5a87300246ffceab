import { StorageError, type Storage, type StorageErrorCode } from '@gantry/storage';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';

/** Writers that go on whatever they are answered, and remember it. */
export interface SteadyWriters {
  /** Keys whose writes were acknowledged, and the revision each was given. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** How often each refusal came; anything that is no refusal of a store is under `other`. */
  readonly refusals: ReadonlyMap<StorageErrorCode | 'other', number>;
  /** What refusals said. */
  readonly words: ReadonlySet<string>;
  /** Ends them and resolves to the acknowledged keys that are not in the store: none, in a store that loses nothing. */
  stop(): Promise<readonly string[]>;
}

const WRITERS = 8;

export function startWriters(storage: Storage, bytes = 0): SteadyWriters {
  const acknowledged = new Map<string, number>();
  const refusals = new Map<StorageErrorCode | 'other', number>();
  const words = new Set<string>();
  let over = false;
  const one = async (key: string): Promise<void> => {
    try {
      const operation = put(key, 0);
      const outcome = await storage.write([bytes === 0 ? operation : { ...operation, value: Buffer.alloc(bytes, key) }]);
      if (outcome.ok) acknowledged.set(key, outcome.revisions[0] ?? 0);
    } catch (error) {
      const code = error instanceof StorageError ? error.code : 'other';
      refusals.set(code, (refusals.get(code) ?? 0) + 1);
      words.add((error as Error).message);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writing = Array.from({ length: WRITERS }, async (_unused, writer) => {
    for (let count = 0; !over; count += 1) await one(pod(`w${writer}-${count}`));
  });
  return {
    acknowledged,
    refusals,
    words,
    stop: async () => {
      over = true;
      await Promise.all(writing);
      const { items } = await storage.list('core/pods/');
      const kept = new Set(items.map(({ key }) => key));
      return [...acknowledged.keys()].filter((key) => !kept.has(key));
    },
  };
}
