import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from '../machine/machine.js';
import { placesOf } from '../state/places.js';
import type { Settings } from '../state/settings.js';
import { removeFormerContainers } from './former-runtime.js';

const { createServer } = process.getBuiltinModule('node:http');

const program = { name: 'crun', path: '/usr/bin/crun', version: '1' };
const WITHOUT_ENGINE: Machine = { runtime: 'oci', programs: { runtime: program, conmon: program }, reason: '' };
let home: string;
let socket: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gantry-former-'));
  socket = join(home, 'engine.sock');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const remove = (machine: Machine): Promise<void> => {
  const remembered = { name: 'c', runtime: 'docker', engineSocket: socket } as Settings;
  return removeFormerContainers({ machine, remembered, places: placesOf(home, 'c') });
};

/** An engine that says what it is, and answers all else so; resolves with what it was asked else. */
async function withEngine(code: number, body: string, run: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/info') return void response.end('{}');
    asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.writeHead(code, { 'content-type': 'application/json' }).end(body);
  }).listen(socket);
  await once(server, 'listening');
  try {
    await run();
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return asked;
}

describe('a cluster that an engine ran before, started without one', () => {
  it('has its containers looked for there', async () => {
    expect(await withEngine(200, '[]', () => remove(WITHOUT_ENGINE))).toEqual(['GET /containers/json', 'GET /networks']);
  });

  it('is not started where the engine keeps them, so that no pod runs twice', async () => {
    await withEngine(500, '{"message":"no"}', () => expect(remove(WITHOUT_ENGINE)).rejects.toThrow(`the containers that the Docker engine at ${socket} ran for "c" before cannot be removed`));
  });

  it('is started where the engine is away', async () => {
    await remove(WITHOUT_ENGINE);
  });

  it('keeps them where its pods are hollow now', async () => {
    expect(await withEngine(200, '[]', () => remove({ runtime: 'hollow', reason: '' }))).toEqual([]);
  });
});
