import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The least that a durable write can be: HTTP without TLS, JSON parsed and written again, one writer with group commit, one
 * table. No validation, no authorization, no watch. Argument: the folder of a Postgres socket.
 */
const BATCH = 500;
const BIGINT = 20;
const BYTEA = 17;
const TEXT = 25;

interface Write {
  readonly revision: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly answer: () => void;
}

const client = new pg.Client({ host: process.argv[2] ?? '', port: 5432, user: 'gantry', database: 'postgres' });
await client.connect();
await client.query('CREATE SCHEMA IF NOT EXISTS bench_floor; DROP TABLE IF EXISTS bench_floor.log; CREATE TABLE bench_floor.log (revision bigint PRIMARY KEY, key text NOT NULL, value bytea NOT NULL); ALTER TABLE bench_floor.log ALTER value SET STORAGE EXTERNAL');

let revision = 0;
const waiting: Write[] = [];
let committing = false;

async function commitAll(): Promise<void> {
  committing = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH);
    const values = [array(BIGINT, batch.map((write) => bigint(write.revision))), array(TEXT, batch.map((write) => write.key)), array(BYTEA, batch.map((write) => write.value))];
    await client.query({ name: 'append', text: 'INSERT INTO bench_floor.log SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])', values });
    for (const write of batch) write.answer();
  }
  committing = false;
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

function handle(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const object = JSON.parse(Buffer.concat(chunks).toString()) as { metadata: { name: string; resourceVersion?: string } };
    object.metadata.resourceVersion = String(++revision);
    const value = Buffer.from(JSON.stringify(object));
    const answer = (): void => void response.writeHead(201, { 'content-type': 'application/json', 'content-length': value.length }).end(value);
    waiting.push({ revision, key: Buffer.from(object.metadata.name), value, answer });
    if (!committing) setImmediate(() => void (committing || commitAll()));
  });
}

const server = createServer(handle);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('SIGTERM', () => void client.query('DROP SCHEMA bench_floor CASCADE').then(() => process.exit(0)));
