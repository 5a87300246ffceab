import { mkdtempSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands between a store and the socket of its Postgres, for tests that break the way between them. */
export interface PostgresRelay<C> {
  /** Leads to the same Postgres through the relay. */
  readonly config: C;
  /** Nothing passes in either direction and nothing is closed, as behind a firewall that drops. */
  cut(): void;
  heal(): void;
  /** The next statement of that name reaches Postgres; its answer is thrown away and the connection broken. Resolves then. */
  dropAnswerTo(statement: string): Promise<void>;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  dropping: boolean;
}

export async function startRelay<C extends { readonly host: string; readonly port: number }>(config: C): Promise<PostgresRelay<C>> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-relay-'));
  const name = `.s.PGSQL.${config.port}`;
  const links = new Set<Link>();
  let isCut = false;
  let drop: { readonly marker: Buffer; readonly done: () => void } | undefined;
  const server: Server = createServer((client) => {
    const link: Link = { client, server: connect(join(config.host, name)), dropping: false };
    links.add(link);
    const end = (): void => {
      links.delete(link);
      client.destroy();
      link.server.destroy();
    };
    client.on('data', (chunk: Buffer) => {
      if (drop && chunk.includes(drop.marker)) link.dropping = true;
      link.server.write(chunk);
    });
    link.server.on('data', (chunk: Buffer) => {
      if (!link.dropping) return void client.write(chunk);
      drop?.done();
      drop = undefined;
      end();
    });
    for (const socket of [client, link.server]) socket.on('error', end).on('close', end);
    if (isCut) for (const socket of [client, link.server]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  const all = (act: (socket: Socket) => void): void => links.forEach((link) => [link.client, link.server].forEach(act));
  return {
    config: { ...config, host: folder },
    cut: () => ((isCut = true), all((socket) => socket.pause())),
    heal: () => ((isCut = false), all((socket) => socket.resume())),
    dropAnswerTo: (statement) => new Promise((done) => (drop = { marker: Buffer.from(`${statement}\0`), done })),
    close: async () => {
      all((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
