import type { Runner, Statement } from '../connection.js';
import type { EntryRow } from '../rows.js';
import { ENTRY_COLUMNS } from '../rows.js';
import type { OptionalRow } from './read.js';

/** Bytes of values in one page; the entry that crosses it is still there. */
const PAGE_BYTES = 4 * 1024 * 1024;

const HISTORY: Statement = {
  name: 'history',
  text: `
    SELECT m.revision AS newest, m.compacted, e.*
    FROM gantry.meta m LEFT JOIN LATERAL (
      SELECT ${ENTRY_COLUMNS} FROM (
        SELECT r.*, sum(octet_length(r.value)) OVER (ORDER BY r.revision) - octet_length(r.value) AS bytes_before
        FROM (SELECT * FROM gantry.log WHERE revision > $1::bigint ORDER BY revision LIMIT $2::bigint) r
      ) l WHERE l.bytes_before < ${PAGE_BYTES}
    ) e ON true ORDER BY e.revision`,
};

export async function readHistory(runner: Runner, after: number, limit: number): Promise<OptionalRow<EntryRow>[]> {
  return (await runner.query<OptionalRow<EntryRow>>({ ...HISTORY, values: [after, limit] })).rows;
}
