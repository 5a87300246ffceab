import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { MemoryStorage, Storage, WriteOperation } from '@gantry/storage';
import { createMemoryStorage, StorageError } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from './store.js';
import { startStore } from './store.js';

const STEPS = 600;
const KEYS = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `apps/deployments/ns${i % 2}/d${i}` : pod(`p${i}`, `ns${i % 2}`)));

/** A small generator of numbers below `limit` that gives the same ones for the same seed. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

type Random = ReturnType<typeof randomFrom>;
type Ask = (storage: Storage) => Promise<unknown>;

/** An answer or a refusal, in a form that can be compared: bytes as text, without epochs, which differ between implementations. */
async function resultOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return comparable(await answer);
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error);
  }
}

function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (name === 'epoch' ? [] : [[name, comparable(inner)]])));
}

async function randomWrite(random: Random, model: Storage): Promise<WriteOperation[]> {
  const keys = new Set(Array.from({ length: 1 + random(3) }, () => KEYS[random(KEYS.length)] ?? ''));
  const operations: WriteOperation[] = [];
  for (const key of keys) {
    const revision = (await model.get(key)).value?.revision ?? 0;
    const expectedRevision = random(8) === 0 ? random(50) : revision;
    if (expectedRevision > 0 && random(3) === 0) operations.push({ type: 'delete', key, expectedRevision });
    else operations.push(put(key, expectedRevision, `${random(3)}`));
  }
  return operations;
}

function randomRead(random: Random, newest: number): Ask {
  const revision = random(2) === 0 ? undefined : Math.max(0, newest - random(60) + 2);
  const key = KEYS[random(KEYS.length)] ?? '';
  const prefix = ['core/pods/', 'core/pods/ns0/', 'apps/deployments/', 'core/nodes/'][random(4)] ?? '';
  const limit = random(2) === 0 ? undefined : 1 + random(4);
  const after = random(2) === 0 ? undefined : key;
  switch (random(3)) {
    case 0:
      return (storage) => storage.get(key, { revision });
    case 1:
      return (storage) => storage.list(prefix, { revision, limit, after });
    default:
      return (storage) => storage.history(revision ?? newest, { limit });
  }
}

let postgres: TestPostgres;
let bus: MemoryBus;
let store: RunningStore;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

beforeEach(() => {
  bus = createMemoryBus();
});
afterEach(async () => {
  await store.stop();
  await bus.close();
});

/** Compacts both and compares what they say just below, at and above the border. */
async function compactBoth(model: MemoryStorage, storage: Storage, revision: number): Promise<void> {
  model.compact(revision);
  await store.compact(revision);
  for (const at of [revision - 1, revision, revision + 1].filter((border) => border >= 0)) {
    for (const prefix of ['core/pods/', 'apps/deployments/']) {
      expect(await resultOf(storage.list(prefix, { revision: at })), `${prefix} at ${at}, compacted to ${revision}`).toEqual(await resultOf(model.list(prefix, { revision: at })));
    }
    expect(await resultOf(storage.history(at))).toEqual(await resultOf(model.history(at)));
  }
}

describe('the store answers as the storage in memory does', () => {
  it.each([1, 2, 3])('to random writes, reads and compactions, seed %d', async (seed) => {
    const random = randomFrom(seed);
    const model = createMemoryStorage();
    const config = await postgres.emptied();
    store = await startStore({ bus, postgres: config, logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    for (let step = 0; step < STEPS; step++) {
      const newest = await model.currentRevision();
      const choice = random(100);
      if (choice < 3) await compactBoth(model, storage, Math.max(0, newest - random(40)));
      if (choice === 3) {
        await store.stop();
        store = await startStore({ bus, postgres: config, logger: silentLogger });
        await store.whenLeading();
      }
      const operations = choice < 50 ? await randomWrite(random, model) : undefined;
      const ask: Ask = operations ? (asked) => asked.write(operations) : randomRead(random, newest);
      expect(await resultOf(ask(storage)), `step ${step}`).toEqual(await resultOf(ask(model)));
    }
  }, 60_000);
});
