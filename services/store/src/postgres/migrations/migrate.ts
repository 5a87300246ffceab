import type { Logger } from '@gantry/async';
import type pg from 'pg';
import { createConnection, PrimaryClient, type PostgresConfig } from '../connection.js';
import { messageOf } from '../errors.js';
import { explainConnection } from '../explain.js';
import { MIGRATIONS } from './migrations.js';

/** "gantry m" in bytes: replicas that start at once take turns. */
const MIGRATION_LOCK = '7449353542041042029';
const TABLE = 'migrations';

/** Imports what a first start needs while it still waits for its database: a third of a second on a small machine. */
export async function preloadMigrations(): Promise<void> {
  await import('typeorm');
}

/**
 * Brings the schema to this program's version. Safe with several replicas at once; nothing is imported when nothing is missing. All that is missing is done
 * in one transaction, so that a crash leaves nothing half. Rejects for a database that a newer program has migrated: what that relies on is not known here.
 */
export async function migrate(config: PostgresConfig, logger: Logger): Promise<void> {
  const connection = createConnection(config, 'gantry store migration', { idle_session_timeout: 0 });
  connection.on('error', (error) => logger.warn({ error: messageOf(error) }, 'the connection of the migration failed'));
  await connection.connect();
  try {
    if (await isCurrent(connection)) return;
    await connection.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    if (await isCurrent(connection)) return;
    await connection.query('CREATE SCHEMA IF NOT EXISTS gantry');
    await runMissing(config, connection, logger);
  } catch (error) {
    throw isForbidden(error) ? explainConnection(error, connection) : error;
  } finally {
    await connection.end();
  }
}

function isForbidden(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === '42501';
}

async function isCurrent(connection: pg.Client): Promise<boolean> {
  const { rows: tables } = await connection.query<{ there: boolean }>(`SELECT to_regclass('gantry.${TABLE}') IS NOT NULL AS there`);
  if (!tables[0]?.there) return false;
  const { rows } = await connection.query<{ name: string }>(`SELECT name FROM gantry.${TABLE} ORDER BY id`);
  const done = new Set(rows.map(({ name }) => name));
  const own = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = [...done].filter((name) => !own.has(name));
  if (unknown.length > 0) throw new Error(`the database was made by a newer Gantry (it has ${unknown.join(', ')}): start that one, or go back by a snapshot of the old one in another database`);
  return MIGRATIONS.every(({ name }) => done.has(name));
}

/** TypeORM takes longer to import than all the rest of the store, so only a store that must migrate imports it. */
async function runMissing(config: PostgresConfig, { host, port }: PrimaryClient, logger: Logger): Promise<void> {
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    host,
    port,
    username: config.user,
    password: config.password,
    database: config.database,
    extra: { ssl: config.ssl, Client: PrimaryClient, max: 1 },
    schema: 'gantry',
    migrations: MIGRATIONS,
    migrationsTableName: TABLE,
    migrationsTransactionMode: 'all',
    logging: false,
  });
  await source.initialize();
  try {
    const done = await source.runMigrations();
    logger.info({ migrations: done.map(({ name }) => name) }, 'migrated the database');
  } finally {
    await source.destroy();
  }
}
