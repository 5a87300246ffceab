import { text } from 'node:stream/consumers';
import { queryCluster, type QueryResult } from '@gantry/cluster/query';
import { print, table } from '../output/format.js';
import type { CommonOptions } from '../options.js';

/** Prints what a query, of the arguments or of the standard input, finds. */
export async function sql(query: string | undefined, options: CommonOptions): Promise<void> {
  const result = await queryCluster(options.home, options.name, query ?? (await text(process.stdin)));
  print(options.output, objectsOf(result), () => table(result.columns.map((column) => column.toUpperCase()), result.rows.map((row) => row.map(cellOf))));
}

function objectsOf({ columns, rows }: QueryResult): readonly Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
}

function cellOf(value: unknown): string {
  if (value === null) return '-';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
