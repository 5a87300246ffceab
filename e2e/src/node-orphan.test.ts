import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The node's program with a parent that dies: its channel closes, and nothing else tells of it. */
const PROGRAM = fileURLToPath(new URL('../../cluster/dist/node-process/main.js', import.meta.url));

describe("a node's process whose parent dies", () => {
  let folder: string;
  let silentBus: Server;
  let child: ChildProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-orphan-'));
    silentBus = createServer().listen(join(folder, 'bus.sock'));
    await once(silentBus, 'listening');
    child = fork(PROGRAM, { execArgv: [], stdio: 'ignore' });
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    silentBus.close();
    await rm(folder, { recursive: true, force: true });
  });

  const configure = (busSocket: string): void =>
    void child.send({ type: 'configure', config: { cluster: 'c', nodeName: 'n1', busSocket, busToken: 't', dataDirectory: folder, logLevel: 'info' } });

  it('before it has loaded its program ends', async () => {
    const ended = once(child, 'exit');
    configure(join(folder, 'bus.sock'));
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it('while it waits for the bus to answer ends', async () => {
    const ended = once(child, 'exit');
    configure(join(folder, 'bus.sock'));
    await once(silentBus, 'connection');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it('while it waits for a bus that is not there ends', async () => {
    const ended = once(child, 'exit');
    configure(join(folder, 'nobody.sock'));
    await new Promise((resolve) => child.send({ type: 'nothing' }, resolve));
    child.disconnect();
    expect(await ended).toEqual([expect.any(Number), null]);
  });
});
