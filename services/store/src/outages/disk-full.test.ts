import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from '../store.js';
import { CONTAINER_HOOK_MS, startPostgresContainer, type PostgresContainer } from './postgres-container.suite.js';
import { startWriters } from './steady-writers.suite.js';

const AGAIN = { timeout: 90_000, interval: 50 };
const ENOUGH = 100;
/** Started again and again, as an engine does with a container: Postgres ends when it cannot write its log. */
const SCRIPT = 'while true; do docker-entrypoint.sh postgres -c max_wal_size=64MB -c min_wal_size=32MB; sleep 0.2; done';
const FILL = 'dd if=/dev/zero of="$PGDATA/filler" bs=1M 2>/dev/null || true; dd if=/dev/zero of="$PGDATA/filler.rest" bs=1k 2>/dev/null || true';

let postgres: PostgresContainer;
let absent: string | undefined;
beforeAll(async () => {
  const started = await startPostgresContainer({ dataMegabytes: 200, script: SCRIPT });
  if (typeof started === 'string') absent = started;
  else postgres = started;
}, CONTAINER_HOOK_MS);
afterAll(() => postgres?.stop(), CONTAINER_HOOK_MS);
beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

describe('a disk that is full', () => {
  it('refuses writes with words, down to the end of Postgres itself, loses nothing, and takes them again once there is room', async () => {
    const bus = createMemoryBus();
    const store = await startStore({ bus, postgres: postgres.config, logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    const writers = startWriters(storage, 8_000);
    await vi.waitUntil(() => writers.acknowledged.size > ENOUGH, AGAIN);
    await postgres.exec(FILL);
    await vi.waitUntil(() => [...writers.words].some((words) => words.includes('No space left on device')), AGAIN);
    // The write-ahead log has some room that is made beforehand: when that is used up Postgres panics.
    await postgres.exec("for turn in $(seq 50); do psql -U gantry gantry -c \"SELECT pg_logical_emit_message(true, 'x', 'y')\" -c 'SELECT pg_switch_wal()' || exit 0; done; exit 1");
    await postgres.exec('rm -f "$PGDATA"/filler*');
    const before = writers.acknowledged.size;
    await vi.waitUntil(() => writers.acknowledged.size > before + ENOUGH, AGAIN);
    expect(await writers.stop()).toEqual([]);
    expect([...writers.refusals.keys()].filter((code) => code !== 'unavailable' && code !== 'ambiguous')).toEqual([]);
    await store.stop();
    await bus.close();
  }, 2 * CONTAINER_HOOK_MS);
});
