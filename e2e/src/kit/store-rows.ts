import { placesOf } from '@gantry/cluster/lifecycle';
import pg from 'pg';

/** Reads the cluster's Postgres with plain SQL, past all of Gantry's code. */
export async function query<Row extends object>(home: string, cluster: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const host = `${placesOf(home, cluster).sockets}/postgres`;
  const client = new pg.Client({ host, port: 5432, user: 'gantry', database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
