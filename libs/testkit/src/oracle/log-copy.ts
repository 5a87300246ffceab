/** Runs one statement; whoever has a Postgres client gives it. */
export type SqlQuery = <Row>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** One revision, as Postgres has it. */
export interface LogRow {
  readonly revision: number;
  readonly epoch: number;
  readonly key: string;
  readonly type: string;
  /** The revision of the key before it, 0 for none; of its resource type, likewise. */
  readonly previousObject: number;
  readonly previousKind: number;
  readonly transactionLast: boolean;
  readonly value: Uint8Array;
}

/** History below `revision` was given up; `at` is in milliseconds since the epoch by the database's clock. */
export interface CompactionMark {
  readonly revision: number;
  readonly at: number;
}

const PAGE = 2_000;

const INSTALL = [
  'BEGIN',
  'LOCK TABLE gantry.log IN SHARE ROW EXCLUSIVE MODE',
  'CREATE SCHEMA oracle',
  'CREATE TABLE oracle.log AS TABLE gantry.log',
  'CREATE UNIQUE INDEX ON oracle.log (revision)',
  'CREATE TABLE oracle.compaction (revision bigint NOT NULL, at timestamptz NOT NULL)',
  `CREATE FUNCTION oracle.keep_log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO oracle.log SELECT * FROM added; RETURN NULL; END $$`,
  `CREATE FUNCTION oracle.keep_compaction() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO oracle.compaction VALUES (NEW.compacted, clock_timestamp()); RETURN NULL; END $$`,
  'CREATE TRIGGER oracle_keeps AFTER INSERT ON gantry.log REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION oracle.keep_log()',
  'CREATE TRIGGER oracle_keeps AFTER UPDATE ON gantry.meta FOR EACH ROW WHEN (NEW.compacted <> OLD.compacted) EXECUTE FUNCTION oracle.keep_compaction()',
  'COMMIT',
];

/**
 * From here on the database itself keeps a copy of every row of the log, in the transaction that wrote it: compaction cannot take it away, and no
 * code of the product has touched it. The tables of the store must exist.
 */
export async function installLogCopy(query: SqlQuery): Promise<void> {
  for (const statement of INSTALL) await query(statement);
}

interface Row {
  readonly revision: string;
  readonly epoch: string;
  readonly key: string;
  readonly type: string;
  readonly previous_object: string;
  readonly previous_kind: string;
  readonly transaction_last: boolean;
  readonly value: Uint8Array;
}

/** The whole copy, in order. */
export async function readLogCopy(query: SqlQuery): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (;;) {
    const page = await query<Row>('SELECT revision, epoch, key, type, previous_object, previous_kind, transaction_last, value FROM oracle.log WHERE revision > $1 ORDER BY revision LIMIT $2', [rows.at(-1)?.revision ?? 0, PAGE]);
    rows.push(...page.map(logRow));
    if (page.length < PAGE) return rows;
  }
}

export async function readCompactions(query: SqlQuery): Promise<CompactionMark[]> {
  const rows = await query<{ revision: string; at: string }>('SELECT revision, extract(epoch FROM at) * 1000 AS at FROM oracle.compaction ORDER BY revision');
  return rows.map(({ revision, at }) => ({ revision: Number(revision), at: Number(at) }));
}

function logRow(row: Row): LogRow {
  return {
    revision: Number(row.revision),
    epoch: Number(row.epoch),
    key: row.key,
    type: row.type,
    previousObject: Number(row.previous_object),
    previousKind: Number(row.previous_kind),
    transactionLast: row.transaction_last,
    value: row.value,
  };
}
