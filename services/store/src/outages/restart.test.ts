import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { POSTGRES_HOOK_MS, startEmbedded, type EmbeddedPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { PostgresConfig } from '../postgres/connection.js';
import { startStore } from '../store.js';
import { CONTAINER_HOOK_MS, startPostgresContainer, type PostgresContainer } from './postgres-container.suite.js';
import { startWriters } from './steady-writers.suite.js';

const AGAIN = { timeout: 60_000, interval: 20 };
const ENOUGH = 100;

/** Writers go through what `harm` does, and find their store again by themselves. */
async function survives(postgres: PostgresConfig, harm: () => Promise<unknown>): Promise<{ lost: readonly string[]; refusals: readonly string[] }> {
  const bus = createMemoryBus();
  const store = await startStore({ bus, postgres, logger: silentLogger });
  await store.whenLeading();
  const writers = startWriters(createRemoteStorage(bus));
  await vi.waitUntil(() => writers.acknowledged.size > ENOUGH, AGAIN);
  await harm();
  const before = writers.acknowledged.size;
  await vi.waitUntil(() => writers.acknowledged.size > before + ENOUGH, AGAIN);
  const lost = await writers.stop();
  await store.stop();
  await bus.close();
  return { lost, refusals: [...writers.refusals.keys()] };
}

const REFUSALS = ['unavailable', 'ambiguous'];

describe('the embedded Postgres under writes', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let restarts = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gantry-pg-'));
    chmodSync(folder, 0o755);
    postgres = await startEmbedded(folder, () => (restarts += 1));
  }, POSTGRES_HOOK_MS);
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }, POSTGRES_HOOK_MS);

  it('may be killed: it comes back, the store goes on, and what was acknowledged is there', async () => {
    const { lost, refusals } = await survives(postgres.config, async () => {
      // Its sessions live on for a moment, and commit.
      process.kill(postgres.pid, 'SIGKILL');
      await vi.waitUntil(() => restarts === 1, AGAIN);
    });
    expect(lost).toEqual([]);
    expect(refusals.filter((code) => !REFUSALS.includes(code))).toEqual([]);
  }, CONTAINER_HOOK_MS);
});

describe('a Postgres of its own under writes', () => {
  let postgres: PostgresContainer;
  let absent: string | undefined;
  beforeAll(async () => {
    const started = await startPostgresContainer();
    if (typeof started === 'string') absent = started;
    else postgres = started;
  }, CONTAINER_HOOK_MS);
  afterAll(() => postgres?.stop(), CONTAINER_HOOK_MS);
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is restarted', () => postgres.exec('kill -INT 1').catch(() => undefined)],
    ['is killed', () => postgres.kill()],
  ])('that %s: the store goes on, and what was acknowledged is there', async (_what, harm) => {
    const { lost, refusals } = await survives(postgres.config, async () => {
      await harm();
      await postgres.start();
    });
    expect(lost).toEqual([]);
    expect(refusals.filter((code) => !REFUSALS.includes(code))).toEqual([]);
  }, CONTAINER_HOOK_MS);
});
