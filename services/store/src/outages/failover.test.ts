import { silentLogger, type Logger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queryOnce } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { PostgresConfig } from '../postgres/connection.js';
import { startStore } from '../store.js';
import { CONTAINER_HOOK_MS, startPostgresContainer, type PostgresContainer } from './postgres-container.suite.js';
import { startWriters } from './steady-writers.suite.js';

const AGAIN = { timeout: 60_000, interval: 20 };
const ENOUGH = 200;
/** Revisions of a new incarnation are at least so far from all that were issued. */
const JUMP = 2 ** 32;

let primary: PostgresContainer;
let standby: PostgresContainer;
let absent: string | undefined;
beforeAll(async () => {
  const first = await startPostgresContainer();
  if (typeof first === 'string') return void (absent = first);
  primary = first;
  await primary.exec('echo "host replication all all trust" >> "$PGDATA/pg_hba.conf"');
  await queryOnce(primary.config, 'SELECT pg_reload_conf()');
  const copy = `mkdir -p "$PGDATA"; chown postgres "$PGDATA"; chmod 700 "$PGDATA"
    [ -s "$PGDATA/PG_VERSION" ] || su postgres -c "pg_basebackup -h ${primary.address} -U gantry -D '$PGDATA' -R -X stream"
    exec docker-entrypoint.sh postgres -c cluster_name=standby`;
  const second = await startPostgresContainer({ script: copy });
  if (typeof second === 'string') absent = second;
  else standby = second;
}, 2 * CONTAINER_HOOK_MS);
afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
}, CONTAINER_HOOK_MS);
beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

const servers = (): PostgresConfig => ({ ...primary.config, hosts: [primary, standby].map(({ config: { host, port } }) => ({ host, port })) });

function recordingLogger(said: string[]): Logger {
  const log = (_fields: object, message: string): void => void said.push(message);
  const logger = { ...silentLogger, warn: log as Logger['warn'], child: () => logger };
  return logger;
}

describe('a pair of servers', () => {
  it('is warned about while its standby does not keep what is acknowledged', async () => {
    const said: string[] = [];
    const bus = createMemoryBus();
    const store = await startStore({ bus, postgres: servers(), logger: recordingLogger(said) });
    await store.whenLeading();
    await vi.waitUntil(() => said.some((message) => message.includes('asynchronous')), AGAIN);
    await store.stop();
    await bus.close();
  }, CONTAINER_HOOK_MS);

  it('that is synchronous loses nothing when the standby is promoted, and its former primary is not gone back to', async () => {
    await queryOnce(primary.config, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await queryOnce(primary.config, 'SELECT pg_reload_conf()');
    await vi.waitUntil(async () => (await queryOnce(primary.config, "SELECT 1 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")).length > 0, AGAIN);
    const bus = createMemoryBus();
    const store = await startStore({ bus, postgres: servers(), logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    const writers = startWriters(storage);
    await vi.waitUntil(() => writers.acknowledged.size > ENOUGH, AGAIN);

    await primary.kill();
    const newest = Math.max(...writers.acknowledged.values());
    await queryOnce(standby.config, 'SELECT pg_promote()');
    const before = writers.acknowledged.size;
    await vi.waitUntil(() => writers.acknowledged.size > before + ENOUGH, AGAIN);
    expect(Math.max(...writers.acknowledged.values())).toBeGreaterThan(newest + JUMP);

    // It comes back as what it was, and knows of nothing; nobody waits for a standby of its own there.
    await primary.exec('true').catch(() => undefined);
    await primary.start();
    await vi.waitUntil(() => queryOnce(primary.config, 'SELECT 1').then(() => true, () => false), AGAIN);
    await queryOnce(standby.config, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'gantry%'");
    const again = writers.acknowledged.size;
    await vi.waitUntil(() => writers.acknowledged.size > again + ENOUGH, AGAIN);
    expect(await queryOnce(primary.config, "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'gantry store leader%'")).toEqual([]);

    expect(await writers.stop()).toEqual([]);
    expect([...writers.refusals.keys()].filter((code) => code !== 'unavailable' && code !== 'ambiguous')).toEqual([]);
    await store.stop();
    await bus.close();
  }, CONTAINER_HOOK_MS);
});
