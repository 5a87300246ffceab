import pg from 'pg';
import { tellWriteLoops } from '../load/write-loops.js';

/**
 * The least that a durable write can be without HTTP: one writer with group commit, one table, binary parameters. No compare-and-swap, no
 * history, no watch. Argument: the folder of a Postgres socket.
 */
const BATCH = 500;
const BIGINT = 20;
const BYTEA = 17;
const TEXT = 25;

interface Pending {
  readonly revision: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly answer: () => void;
}

const client = new pg.Client({ host: process.argv[2] ?? '', port: 5432, user: 'gantry', database: 'postgres' });
await client.connect();
await client.query('CREATE SCHEMA IF NOT EXISTS bench_floor; DROP TABLE IF EXISTS bench_floor.commits; CREATE TABLE bench_floor.commits (revision bigint PRIMARY KEY, key text NOT NULL, value bytea NOT NULL); ALTER TABLE bench_floor.commits ALTER value SET STORAGE EXTERNAL');

let revision = 0;
const waiting: Pending[] = [];
let committing = false;

async function commitAll(): Promise<void> {
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH);
    const values = [array(BIGINT, batch.map((write) => bigint(write.revision))), array(TEXT, batch.map((write) => write.key)), array(BYTEA, batch.map((write) => write.value))];
    await client.query({ name: 'append', text: 'INSERT INTO bench_floor.commits SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])', values });
    for (const write of batch) write.answer();
  }
  committing = false;
}

function write(name: string, value: Buffer): Promise<void> {
  return new Promise((answer) => {
    waiting.push({ revision: ++revision, key: Buffer.from(name), value, answer });
    if (committing) return;
    committing = true;
    setImmediate(() => void commitAll());
  });
}

/** An array parameter in Postgres' binary format: one dimension, no nulls. */
function array(type: number, items: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(20);
  for (const [index, word] of [1, 0, type, items.length, 1].entries()) head.writeInt32BE(word, index * 4);
  const parts: Buffer[] = [head];
  for (const item of items) {
    const size = Buffer.alloc(4);
    size.writeInt32BE(item.length);
    parts.push(size, item);
  }
  return Buffer.concat(parts);
}

function bigint(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

await tellWriteLoops(write);
await client.query('DROP SCHEMA bench_floor CASCADE');
await client.end();
