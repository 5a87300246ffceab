import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import type { NodeProcessConfig } from '../node-process/messages.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeProcess, type NodeProcessOptions, type PreparedNode } from './node-process.js';

/** Serves at once and ends when told to, as the kubelet's program does; prints what it was told. */
const PROGRAM = `
process.on('message', (message) => {
  console.log(message.type, message.config?.nodeName ?? message.endPods);
  if (message.type === 'configure') ['warning', 'ready'].forEach((type) => process.send({ type, text: 'pods are on a bridge' }));
  if (message.type === 'stop') process.exit(0);
});
`;
const FAILS = `process.on('message', () => process.send({ type: 'failed', message: 'no bus' }, () => process.exit(1)));`;

describe('a node process', () => {
  let folder: string;
  let holder: ChildProcess;
  let node: NodeProcess | undefined;
  const warnings: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-node-process-'));
    holder = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60000)']);
    await once(holder, 'spawn');
    warnings.length = 0;
  });
  afterEach(async () => {
    await node?.stop(false);
    node = undefined;
    holder.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function make(program: string, more: Partial<NodeProcessOptions> = {}): Promise<NodeProcess> {
    const path = join(folder, 'program.cjs');
    await writeFile(path, program);
    const prepare = (): Promise<PreparedNode> => Promise.resolve({ namespace: `/proc/${holder.pid}/ns/net`, config: { nodeName: 'n1' } as NodeProcessConfig });
    node = new NodeProcess({
      nodeName: 'n1', prepare, output: join(folder, 'n1.log'), logger: silentLogger, onWarning: (text) => warnings.push(text),
      command: () => [process.execPath, path], restart: { initial: 1, cap: 1 }, ...more,
    });
    return node;
  }

  async function anotherThan(pid: number | undefined): Promise<number> {
    return vi.waitUntil(() => (node?.pid !== undefined && node.pid !== pid ? node.pid : undefined), { timeout: 20_000 });
  }

  async function printed(text: string): Promise<void> {
    await vi.waitUntil(async () => (await readFile(join(folder, 'n1.log'), 'utf8')) === text, { timeout: 20_000 });
  }

  it('serves when its child says so, and passes on what the user should know', async () => {
    await (await make(PROGRAM)).start();
    expect(warnings).toEqual(['pods are on a bridge']);
  });

  it('tells the child whether pods are to end', async () => {
    const process = await make(PROGRAM);
    await process.start();
    await process.stop(true);
    await printed('configure n1\nstop true\n');
  });

  it('starts a child that was killed again, says so, and does not warn twice', async () => {
    const served: (number | undefined)[] = [];
    const supervised = await make(PROGRAM, { onRestart: () => served.push(node?.pid) });
    await supervised.start();
    const first = supervised.pid ?? 0;
    process.kill(first, 'SIGKILL');
    const second = await anotherThan(first);
    await printed('configure n1\nconfigure n1\n');
    await vi.waitFor(() => expect(served).toEqual([second]), { timeout: 20_000 });
    expect(warnings).toEqual(['pods are on a bridge']);
  });

  it('starts the child again in a new namespace when the process that held the old one has ended', async () => {
    const supervised = await make(PROGRAM);
    await supervised.start();
    const former = holder;
    holder = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60000)']);
    const before = supervised.pid;
    former.kill('SIGKILL');
    await anotherThan(before);
  });

  it('prepares again and again while the engine is away', async () => {
    let calls = 0;
    const prepare = (): Promise<PreparedNode> => {
      calls += 1;
      if (calls > 1 && calls < 4) return Promise.reject(new Error('connect ENOENT /var/run/docker.sock'));
      return Promise.resolve({ namespace: '/proc/self/ns/net', config: { nodeName: 'n1' } as NodeProcessConfig });
    };
    const supervised = await make(PROGRAM, { prepare });
    await supervised.start();
    const first = supervised.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await anotherThan(first);
    expect(calls).toBe(4);
  });

  it('refuses to start with the words of its child, and leaves nothing', async () => {
    const supervised = await make(FAILS);
    await expect(supervised.start()).rejects.toThrow('no bus');
    expect(() => process.kill(supervised.pid ?? 0, 0)).toThrow('ESRCH');
  });

  it('refuses to start a program that is not there', async () => {
    const supervised = await make(PROGRAM, { command: () => ['/nonexistent/program'] });
    await expect(supervised.start()).rejects.toThrow('ENOENT');
  });

  it('stops while it waits for the next start', async () => {
    const supervised = await make(PROGRAM, { restart: { initial: 3_600_000, cap: 3_600_000 } });
    await supervised.start();
    process.kill(supervised.pid ?? 0, 'SIGKILL');
    await supervised.stop(false);
    expect(() => process.kill(supervised.pid ?? 0, 0)).toThrow('ESRCH');
  });
});
