import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { LeaderSession } from '../leadership/session.js';
import { startStore } from '../store.js';
import { createConnection, createReaders, type PostgresConfig } from './connection.js';
import { migrate } from './migrations/migrate.js';
import { startPooler, type PoolerManners, type TestPooler } from './pooler.suite.js';

type Config = TestPostgres['running']['config'];

let postgres: TestPostgres;
let config: Config;
let pooler: TestPooler<Config> | undefined;
beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ config } = postgres.running);
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
afterEach(async () => {
  await pooler?.close();
  pooler = undefined;
});

const run = (text: string, database = 'postgres') => queryOnce({ ...config, database }, text);
const schemas = (database: string) => run("SELECT nspname FROM pg_namespace WHERE nspname = 'gantry'", database);

describe('a pooler in between', () => {
  it.each<[string, PoolerManners, string]>([
    ['greets in its own name', { ownGreeting: true }, 'pooler in between'],
    ['gives every transaction to another session', { mixes: true }, 'pooler in between'],
    ['keeps the settings of a session to itself', { settings: 'dropped' }, 'pooler in between'],
    ['refuses the settings of a session', { settings: 'refused' }, 'give the address of Postgres itself (unsupported startup parameter: options)'],
  ])('is refused when it %s', async (_manners, manners, words) => {
    pooler = await startPooler(config, manners);
    await expect(LeaderSession.open(pooler.config)).rejects.toThrow(words);
  });

  it('is no pooler where it only passes on, as a balancer does', async () => {
    pooler = await startPooler(config, {});
    const session = await LeaderSession.open(pooler.config);
    await session.close();
  });

  it('is refused before anything is written', async () => {
    pooler = await startPooler({ ...config, database: 'postgres' }, { ownGreeting: true });
    await run('DROP SCHEMA IF EXISTS gantry CASCADE');
    const bus = createMemoryBus();
    await expect(startStore({ bus, postgres: pooler.config, logger: silentLogger })).rejects.toThrow('pooler in between');
    await bus.close();
    expect(await schemas('postgres')).toEqual([]);
  });
});

describe('a database that cannot hold a store', () => {
  it.each<[string, string[], Partial<PostgresConfig>, string]>([
    ['has another encoding', ["CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"], { database: 'latin' }, 'the encoding LATIN1'],
    ['is read-only', ['CREATE DATABASE closed', 'ALTER DATABASE closed SET default_transaction_read_only = on'], { database: 'closed' }, 'default_transaction_read_only is on'],
    ['is not there', [], { database: 'nowhere' }, 'there is no such database'],
    ['lets the user make nothing', ['CREATE DATABASE others', 'CREATE ROLE guest LOGIN'], { database: 'others', user: 'guest' }, 'let it own the database (permission denied'],
    ['has no room for a connection', ['CREATE DATABASE crowded', 'CREATE ROLE many LOGIN CONNECTION LIMIT 0'], { database: 'crowded', user: 'many' }, 'raise max_connections'],
    ['does not let the user in', ['CREATE DATABASE shut', 'CREATE ROLE stranger NOLOGIN'], { database: 'shut', user: 'stranger' }, 'the user is not let in this way'],
    ['is behind a socket that is not there', [], { host: '/nowhere' }, 'there is no such socket'],
    ['is where nothing listens', [], { host: '127.0.0.1', port: 1 }, '127.0.0.1:1: nothing listens there'],
  ])('is refused with words when it %s', async (_what, statements, over, words) => {
    for (const statement of statements) await run(statement);
    await expect(migrate({ ...config, ...over }, silentLogger)).rejects.toThrow(words);
    const made = /CREATE DATABASE (\w+)/.exec(statements[0] ?? '')?.[1];
    if (made !== undefined) expect(await schemas(made)).toEqual([]);
  });
});

describe('a connection', () => {
  it('goes to the one of several servers that takes writes, in pools too', async () => {
    const hosts = [{ host: '127.0.0.1', port: 1 }, { host: config.host, port: config.port }];
    const several: PostgresConfig = { ...config, hosts };
    const connection = createConnection(several, 'test');
    await connection.connect();
    expect([connection.host, connection.server.timeline]).toEqual([config.host, 1]);
    await connection.end();
    const readers = createReaders(several, () => undefined);
    expect((await readers.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await readers.end();
  });

  it('is told for each server why it is of no use', async () => {
    const connection = createConnection({ ...config, hosts: [{ host: '127.0.0.1', port: 1 }, { host: '/nowhere', port: 2 }] }, 'test');
const { message } = await connection.connect().then(() => new Error('it connected'), (error: Error) => error);
    for (const words of ['none of the 2 servers takes writes', '127.0.0.1:1: nothing listens there', '/nowhere:2: there is no such socket']) expect(message).toContain(words);
  });
});

describe('a database in another language', () => {
  it('keeps the order of keys by their bytes', async () => {
    await run("CREATE DATABASE words ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C' TEMPLATE template0");
    const bus = createMemoryBus();
    const store = await startStore({ bus, postgres: { ...config, database: 'words' }, logger: silentLogger });
    await store.whenLeading();
    const storage = createRemoteStorage(bus);
    const names = ['B', 'a', 'Z', 'b', 'a-b', 'ab'];
    for (const name of names) await storage.write([put(pod(name), 0)]);
    const { items } = await storage.list('core/pods/');
    await store.stop();
    await bus.close();
    expect(items.map(({ key }) => key)).toEqual(names.toSorted().map((name) => pod(name)));
  });
});
