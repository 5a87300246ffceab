import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { run } from './kit/run.js';

/** The `gantry` command as people and scripts meet it, with hollow pods: no engine is needed. */
describe('the gantry command', () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`command-${process.pid}`);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it('says 4 for the status of a cluster that there is not', async () => {
    const status = await gantry.try('status');
    expect(status).toMatchObject({ code: 4, stdout: '' });
    expect(status.stderr).toContain(`there is no cluster "${gantry.cluster}"`);
  });

  it('starts with hollow pods where that is asked for', async () => {
    const started = await gantry.try('up', '--detach', '--runtime', 'hollow');
    expect(started.code).toBe(0);
    expect(started.stderr).toContain('hollow pods');
    expect(started.stderr).toContain('Ready after');
    expect(started.stdout).toContain('kubectl get nodes');
  });

  it('says 0 for the status of a running one, in a table and as JSON', async () => {
    expect(await gantry('status')).toMatch(/^NAME +STATE +READY +SERVER +RUNTIME +NODES +PID +STARTED\ncommand-\d+ +running +yes +https:\/\/127\.0\.0\.1:\d+ +hollow +1 +\d+ /);
    expect(JSON.parse(await gantry('status', '-o', 'json'))).toMatchObject({ name: gantry.cluster, state: 'running', ready: true, runtime: 'hollow' });
    expect(parse(await gantry('list', '-o', 'yaml'))).toMatchObject([{ name: gantry.cluster }]);
  });

  it('refuses a second start of the same name, naming the process and what to do', async () => {
    const second = await gantry.try('up', '--detach', '--runtime', 'hollow');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/error: cluster "command-\d+" is already running \(process \d+\)\nnext: {2}see it with "gantry status/);
  });

  it("merges the kubeconfig and prints one of the cluster's own", async () => {
    const merged = parse(await readFile(gantry.kubeconfig, 'utf8')) as { 'current-context': string };
    expect(merged['current-context']).toBe(gantry.cluster);
    const own = parse(await gantry('kubeconfig')) as { clusters: { name: string }[] };
    expect(own.clusters.map((cluster) => cluster.name)).toEqual([gantry.cluster]);
  });

  it('shows the log of one component', async () => {
    const lines = (await gantry('logs', 'store')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toContain(' store ');
  });

  it('stops, says 3, starts again on the same port, and keeps the objects', async () => {
    const before = JSON.parse(await gantry('status', '-o', 'json')) as { server: string };
    expect(await gantry('stop')).toContain('stopped; its objects are kept');
    expect((await gantry.try('status')).code).toBe(3);
    expect(await gantry('stop')).toContain('was not running');
    await gantry('start', '--runtime', 'hollow');
    expect(JSON.parse(await gantry('status', '-o', 'json'))).toMatchObject({ server: before.server, state: 'running' });
  });

  it('tells a crash from a stop, and takes up what a crash left', async () => {
    const { pid } = JSON.parse(await gantry('status', '-o', 'json')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await gantry.try('status', '-o', 'json')).stdout).toContain('"crashed"');
    const started = await gantry.try('start', '--runtime', 'hollow');
    expect(started.stderr).toMatch(/postgres +adopted from the last run|postgres +started/);
    expect((await gantry.try('status')).code).toBe(0);
  });

  it('stops when it runs in the foreground and the terminal says so', async () => {
    await gantry('stop');
    const child = spawn(process.execPath, [gantry.program, 'up', '--runtime', 'hollow'], { env: gantry.env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    await expect.poll(() => errors, { timeout: 60_000 }).toContain('Ctrl-C stops the cluster');
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect((await gantry.try('status')).code).toBe(3);
  });

  it('will not use the database of a cluster whose folder is gone, and clears it away when told to', async () => {
    await gantry('stop');
    await rename(join(gantry.home, gantry.cluster), join(gantry.home, 'aside'));
    const refused = await gantry.try('up', '--detach', '--runtime', 'hollow');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/holds the database of a former cluster "command-\d+" whose folder .* is gone/);
    await rm(join(gantry.home, gantry.cluster), { recursive: true });
    await rename(join(gantry.home, 'aside'), join(gantry.home, gantry.cluster));
    await gantry('start', '--runtime', 'hollow');
  });

  it('leaves nothing behind when it is deleted', async () => {
    expect(await gantry('delete')).toContain(`cluster "${gantry.cluster}" deleted`);
    expect((await gantry.try('status')).code).toBe(4);
    expect(await readFile(gantry.kubeconfig, 'utf8')).not.toContain(gantry.cluster);
    expect((await run('pgrep', ['-f', gantry.cluster])).stdout).toBe('');
  });
});

describe('a start that cannot work', () => {
  let gantry: Gantry;
  const servers: Server[] = [];
  beforeAll(async () => {
    gantry = await gantryIn(`refused-${process.pid}`);
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await gantry?.dispose();
  });

  it('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const refused = await gantry.try('up', '--detach', '--runtime', 'hollow', '--port', String(port));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`port ${port} on 127.0.0.1 is taken by another program`);
    expect(refused.stderr).toContain('choose another one with --port');
  });

  it('names a folder in whose place a file stands', async () => {
    const refused = await gantry.try('up', '--detach', '--runtime', 'hollow', '--home', join('/proc', 'version'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/error: .*\/proc\/version/);
    expect(refused.stderr).not.toContain(' at ');
  });

  it('says that Docker was asked for and cannot be had', async () => {
    const refused = await run(process.execPath, [gantry.program, 'up', '--detach', '--runtime', 'docker'], { env: { ...gantry.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('pods cannot run on Docker here: no Docker engine answers at /nonexistent/docker.sock');
  });

  it.each([
    [['up', '--runtime', 'magic'], "argument 'magic' is invalid"],
    [['up', '--port', 'x'], 'it must be a whole number'],
    [['frobnicate'], 'unknown command'],
    [['status', '--frob'], 'unknown option'],
  ])('answers wrong usage with 2: %j', async (words, text) => {
    const refused = await gantry.try(...words);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(text);
  });

  it('answers a name that cannot be one', async () => {
    const refused = await gantry.try('up', '--detach', '--name', 'Bad_Name');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('"Bad_Name" cannot be a cluster\'s name');
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('says that the disk is full (skipped where no file system can be mounted)', async () => {
    const folder = join(gantry.home, 'small');
    expect((await run('mkdir', [folder])).code).toBe(0);
    expect((await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])).code).toBe(0);
    try {
      await run('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=1k', 'count=64']);
      const refused = await gantry.try('up', '--detach', '--runtime', 'hollow', '--home', folder);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/the disk is full: cannot write .*small/);
      expect(refused.stderr).toContain('free some space');
    } finally {
      await run('umount', [folder]);
      await gantry.try('delete', '--home', folder);
    }
  });
});
