import pg from 'pg';
import { ClusterError } from '../options.js';
import { readSettings } from '../state/settings.js';
import { placesOf } from '../state/places.js';
import { connectionOf } from './postgres.js';

/** What a statement answered. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Guards against slips: whoever may reach the socket may do anything. */
const LOOKING = '-c role=gantry_reader -c default_transaction_read_only=on -c statement_timeout=60000';

/** Asks the database of a running cluster what docs/sql.md describes; of several statements the last one's answer. Throws a ClusterError that says what is wrong. */
export async function queryCluster(home: string, name: string, text: string): Promise<QueryResult> {
  const places = placesOf(home, name);
  if ((await readSettings(places)) === undefined) throw new ClusterError(`there is no cluster "${name}" under ${home}`, 'see what there is with "gantry list"');
  const client = new pg.Client({ ...connectionOf(places.sockets), application_name: 'gantry sql', options: LOOKING });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new ClusterError(`the database of the cluster "${name}" does not answer: ${(error as Error).message}`, 'start the cluster with "gantry start"', { cause: error });
  }
  try {
    return last(await client.query<unknown[]>({ text, rowMode: 'array' }));
  } catch (error) {
    throw new ClusterError(`the database refused: ${(error as Error).message}`, 'see what there is to look at in docs/sql.md', { cause: error });
  } finally {
    await client.end();
  }
}

/** Several statements have several answers. */
function last(results: pg.QueryArrayResult<unknown[]> | readonly pg.QueryArrayResult<unknown[]>[]): QueryResult {
  const result = Array.isArray(results) ? (results.at(-1) as pg.QueryArrayResult<unknown[]>) : (results as pg.QueryArrayResult<unknown[]>);
  return { columns: result.fields.map((field) => field.name), rows: result.rows };
}
