import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import type { SequencedMessage } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { LogEntry } from '@gantry/storage';
import { decodeWatchMessage } from '@gantry/storage';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import { startStore } from './store.js';

type Config = Awaited<ReturnType<TestPostgres['emptied']>>;

const SOURCE_LOADER = join(import.meta.dirname, '../../../scripts/testing/source-loader.mjs');
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

/** What a store said before it died. */
interface LastWords {
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly published: ReadonlySet<string>;
  readonly finished: boolean;
}

async function runUntilKilled(config: Config, failpoints: string, prefix: string): Promise<LastWords> {
  const child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', '--import', SOURCE_LOADER, join(import.meta.dirname, 'crash.fixture.mjs'), JSON.stringify(config), failpoints, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const lines = output.split('\n').map((line) => line.split(' '));
  const of = (word: string) => lines.filter(([first]) => first === word);
  return {
    acknowledged: new Map(of('acknowledged').map(([, key, revision]) => [key ?? '', Number(revision)])),
    published: new Set(of('published').map(([, key]) => key ?? '')),
    finished: of('done').length > 0,
  };
}

async function logOf(config: Config): Promise<Map<string, number>> {
  const rows = await queryOnce<{ key: string; revision: string }>(config, 'SELECT key, revision FROM gantry.log ORDER BY revision');
  expect(rows.map(({ revision }) => Number(revision))).toEqual(rows.map((_, index) => index + 1));
  return new Map(rows.map(({ key, revision }) => [key, Number(revision)]));
}

describe('a store that is killed', () => {
  it.each([
    ['before-begin', '@7'],
    ['after-begin', '@7'],
    ['before-commit', '@7'],
    ['after-commit', '@7'],
    ['before-publish', '@30'],
    ['after-publish', '@30'],
    ['before-acknowledge', '@7'],
    ['after-acknowledge', '@7'],
  ])('%s has acknowledged and published nothing that is not in the log', async (point, pass) => {
    const config = await postgres.emptied();
    const words = await runUntilKilled(config, `${point}=crash${pass}`, 'x');
    const log = await logOf(config);
    expect(words.finished).toBe(false);
    expect(Math.min(words.acknowledged.size, words.published.size)).toBeGreaterThan(0);
    for (const [key, revision] of words.acknowledged) expect(log.get(key)).toBe(revision);
    for (const key of words.published) expect(log.has(key)).toBe(true);
  });

  it('leaves a log that the next one goes on with and publishes whole', async () => {
    const config = await postgres.emptied();
    for (const [index, failpoints] of ['after-takeover=crash', 'after-commit=crash@5', 'before-publish=crash@20'].entries()) await runUntilKilled(config, failpoints, `x${index}`);
    const bus = createMemoryBus();
    const entries: LogEntry[] = [];
    await bus.watch.ensure(1);
    await bus.watch.follow({ fromSequence: 1, onMessage: ({ sequence, headers, data }: SequencedMessage) => entries.push(decodeWatchMessage(sequence, headers, data)) });
    const store = await startStore({ bus, postgres: config, logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    const revision = await storage.currentRevision();
    await vi.waitFor(() => expect(entries).toHaveLength(revision));
    expect(entries).toEqual((await storage.history(0, { limit: revision })).entries);
    await store.stop();
    await bus.close();
    expect((await logOf(config)).size).toBe(revision);
  });
});
