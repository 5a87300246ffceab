import type { StoredValue } from '@gantry/storage';
import { int8Array } from '../arrays.js';
import type { Runner, Statement } from '../connection.js';
import type { ValueRow } from '../rows.js';
import { VALUE_COLUMNS, valueOf } from '../rows.js';
import type { Pointer } from './append.js';

const POINTERS: Statement = { name: 'pointers', text: 'SELECT key, revision, digest, expires_at FROM gantry.current' };
const RESOURCE_TYPES: Statement = { name: 'resource-types', text: 'SELECT name, revision FROM gantry.resource_type' };
const VALUES: Statement = { name: 'values', text: `SELECT ${VALUE_COLUMNS} FROM gantry.log l WHERE l.revision = ANY ($1::bigint[])` };

/** Where every key points: what the leader decides compare-and-swap by. */
export async function loadPointers(runner: Runner): Promise<Pointer[]> {
  const { rows } = await runner.query<{ key: string; revision: string; digest: string; expires_at: string }>({ ...POINTERS, values: [] });
  return rows.map((row) => ({ key: row.key, revision: Number(row.revision), digest: row.digest, expiresAt: Number(row.expires_at) }));
}

/** The last revision of every resource type. */
export async function loadResourceTypes(runner: Runner): Promise<Map<string, number>> {
  const { rows } = await runner.query<{ name: string; revision: string }>({ ...RESOURCE_TYPES, values: [] });
  return new Map(rows.map((row) => [row.name, Number(row.revision)]));
}

/** The states that these revisions wrote, by revision. */
export async function loadValues(runner: Runner, revisions: readonly number[]): Promise<Map<number, StoredValue>> {
  const { rows } = await runner.query<ValueRow>({ ...VALUES, values: [int8Array(revisions)] });
  return new Map(rows.map((row) => [Number(row.revision), valueOf(row)]));
}
