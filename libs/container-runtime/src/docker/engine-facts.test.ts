import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerConfig, ContainerRuntime } from '../runtime.js';
import { createDockerRuntime, engineAbsent, leftOver, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

/** Milliseconds: an engine that is busy with others takes its time. */
const PATIENCE = { timeout: 60_000 };

describe('on a Docker engine', PATIENCE, () => {
  const options = ownCluster();
  let runtime: ContainerRuntime;
  let absent: string | undefined;

  beforeAll(async () => {
    absent = await engineAbsent();
    runtime = createDockerRuntime(options);
  });
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  afterAll(async () => {
    if (absent === undefined) await removeAll(options.cluster);
    await runtime.close();
  });

  const run = async (more: Partial<ContainerConfig>): Promise<{ sandbox: string; id: string; output: string }> => {
    const sandbox = await runtime.runSandbox({ metadata: { name: 'p', namespace: 'd', uid: randomUUID(), attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
    const id = await runtime.createContainer(sandbox, {
      name: 'main', attempt: 0, image: testImage, env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '', stdin: false, stdinOnce: false, tty: false,
      security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
      ...more,
    });
    await runtime.startContainer(id);
    const chunks: Uint8Array[] = [];
    for await (const entry of runtime.logs(id, { follow: true }, new AbortController().signal)) chunks.push(entry.data);
    return { sandbox, id, output: Buffer.concat(chunks).toString() };
  };

  test('a privileged container runs, whatever the engine itself lacks', async () => {
    const security = { privileged: true, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] };
    const { sandbox, output } = await run({ security, command: ['sh', '-c', 'mount -t tmpfs none /tmp && echo mounted'] });
    expect(output).toBe('mounted\n');
    await runtime.removeSandbox(sandbox);
  });

  test('a sandbox starts with the loopback alone, and its processes are its containers own', async () => {
    const { sandbox, output } = await run({ command: ['sh', '-c', 'ls /sys/class/net | tr "\\n" " "; echo $$; hostname'] });
    expect(output).toBe('lo 1\np\n');
    await runtime.removeSandbox(sandbox);
  });

  test('a terminal is logged', async () => {
    const { sandbox, output } = await run({ tty: true, command: ['sh', '-c', 'tty; echo done'] });
    expect(output).toMatch(/^\/dev\/.*\r\ndone\r\n$/);
    await runtime.removeSandbox(sandbox);
  });

  test('a command that reads and writes is carried both ways, with its exit code', async () => {
    const sandbox = await runtime.runSandbox({ metadata: { name: 'e', namespace: 'd', uid: randomUUID(), attempt: 0 }, hostname: 'e', labels: {}, annotations: {}, network: 'pod' });
    const out: string[] = [];
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('hello\n');
    }
    const id = await sleeper(sandbox);
    const streams = { tty: false, stdin: stdin(), stdout: (chunk: Uint8Array) => void out.push(Buffer.from(chunk).toString()) };
    const { exitCode } = await runtime.exec(id, ['sh', '-c', 'read x; echo got $x; exit 4'], streams, new AbortController().signal);
    expect([out.join(''), exitCode]).toEqual(['got hello\n', 4]);
    await expect(runtime.execSync(id, ['sleep', '30'], 50)).rejects.toMatchObject({ code: 'deadline' });
    const [stats] = (await runtime.stats()).filter((each) => each.containerId === id);
    expect(stats?.memoryWorkingSetBytes).toBeGreaterThan(0);
    await runtime.updateContainer(id, { memoryLimit: 64 * 2 ** 20 });
    await runtime.removeSandbox(sandbox);
  });

  const sleeper = async (sandbox: string): Promise<string> => {
    const id = await runtime.createContainer(sandbox, {
      name: 'main', attempt: 0, image: testImage, command: ['sleep', '600'], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '', stdin: false, stdinOnce: false, tty: false,
      security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
    });
    await runtime.startContainer(id);
    return id;
  };

  test('nothing of it is left', async () => {
    expect(await leftOver(options.cluster)).toEqual([]);
  });

  test('an engine that is not there is said to be unavailable', async () => {
    const nowhere = createDockerRuntime({ ...options, socketPath: '/no/such/engine.sock' });
    await expect(nowhere.version()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(nowhere.listSandboxes()).rejects.toMatchObject({ code: 'unavailable' });
    await nowhere.close();
  });
});
