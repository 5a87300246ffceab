import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a pooler of a test does, as PgBouncer and others can be set up to. */
export interface PoolerManners {
  /** Gives every transaction of a client to the next of two sessions. */
  readonly mixes?: boolean;
  /** Greets with a process number of its own. */
  readonly ownGreeting?: boolean;
  /** What it does with the settings that a session begins with, if it does not pass them on. */
  readonly settings?: 'dropped' | 'refused';
}

export interface TestPooler<C> {
  readonly config: C;
  close(): Promise<void>;
}

const HEADER = 5;
const [READY, KEY_DATA, SYNC, QUERY, PASSWORD] = ['Z', 'K', 'S', 'Q', 'p'].map((letter) => letter.charCodeAt(0));

/** A pooler in front of the socket of a Postgres that asks for no password. */
export async function startPooler<C extends { readonly host: string; readonly port: number }>(config: C, manners: PoolerManners): Promise<TestPooler<C>> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-pooler-'));
  const name = `.s.PGSQL.${config.port}`;
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => serve(client, () => connect(join(config.host, name)), manners, sockets));
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  return {
    config: { ...config, host: folder },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serve(client: Socket, open: () => Socket, manners: PoolerManners, sockets: Set<Socket>): void {
  const backends = [open(), open()] as const;
  const end = (): void => [client, ...backends].forEach((socket) => void socket.destroy());
  for (const socket of [client, ...backends]) sockets.add(socket.on('error', end).on('close', end));
  // The second session is opened as the first, and what it says until it is ready is nobody's.
  const greeted = [false, false];
  backends.forEach((backend, index) =>
    backend.on('data', messages((type, message) => {
      const isGreeting = greeted[index] !== true;
      if (type === READY) greeted[index] = true;
      if (isGreeting && index === 1) return;
      if (type === KEY_DATA && manners.ownGreeting === true) message.writeInt32BE(1, HEADER);
      client.write(message);
    })),
  );
  let group: Buffer[] = [];
  let turn = 0;
  const transactions = messages((type, message) => {
    group.push(message);
    if (type !== SYNC && type !== QUERY && type !== PASSWORD) return;
    backends[manners.mixes === true ? turn++ % 2 : 0]?.write(Buffer.concat(group));
    group = [];
  });
  client.once('data', (startup: Buffer) => {
    if (manners.settings === 'refused') return void client.end(fatal('unsupported startup parameter: options'));
    const passed = manners.settings === 'dropped' ? withoutOptions(startup) : startup;
    for (const backend of backends) backend.write(passed);
    client.on('data', transactions);
  });
}

/** Cuts a stream into messages. */
function messages(each: (type: number, message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER && rest.length >= 1 + rest.readInt32BE(1)) {
      const length = 1 + rest.readInt32BE(1);
      each(rest.readUInt8(0), Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  };
}

function withoutOptions(startup: Buffer): Buffer {
  const words = startup.toString('utf8', 8).split('\0');
  const at = words.indexOf('options');
  if (at >= 0) words.splice(at, 2);
  const body = Buffer.from(words.join('\0'));
  const head = Buffer.from(startup.subarray(0, 8));
  head.writeInt32BE(8 + body.length, 0);
  return Buffer.concat([head, body]);
}

function fatal(message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
