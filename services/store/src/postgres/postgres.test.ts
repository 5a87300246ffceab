import { silentLogger } from '@gantry/async';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { boolArray, byteaArray, int4Array, int8Array, textArray } from './arrays.js';
import { migrate } from './migrations/migrate.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

describe('arrays as binary parameters', () => {
  it('arrive as they were sent', async () => {
    const client = new pg.Client(postgres.running.config);
    await client.connect();
    const numbers = [0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const texts = ['', 'ä', '\u{1f600}', 'x'.repeat(5_000)];
    const bytes = [Buffer.from([0, 255, 1]), Buffer.alloc(0)];
    const { rows } = await client.query({
      text: 'SELECT $1::bigint[]::text[] AS a, $2::text[] AS b, $3::bytea[] AS c, $4::boolean[] AS d, $5::integer[] AS e, $6::text[] AS f',
      values: [int8Array(numbers), textArray(texts), byteaArray(bytes), boolArray([true, false]), int4Array([7, 2 ** 31 - 1]), textArray([])],
    });
    await client.end();
    expect(rows).toEqual([{ a: numbers.map(String), b: texts, c: bytes, d: [true, false], e: [7, 2 ** 31 - 1], f: [] }]);
  });
});

describe('the schema', () => {
  it('is made once by replicas that start at the same time, and left alone afterwards', async () => {
    const config = await postgres.emptied();
    await Promise.all([1, 2, 3].map(() => migrate(config, silentLogger)));
    await queryOnce(config, 'UPDATE gantry.meta SET revision = 5');
    await migrate(config, silentLogger);
    expect(await queryOnce(config, 'SELECT revision FROM gantry.meta')).toEqual([{ revision: '5' }]);
    expect(await queryOnce(config, 'SELECT name FROM gantry.migrations ORDER BY id')).toEqual([{ name: 'Tables1732400000001' }, { name: 'Views1732400000002' }, { name: 'Incarnation1732400000003' }, { name: 'ViewsForPeople1732400000004' }]);
  });
});
