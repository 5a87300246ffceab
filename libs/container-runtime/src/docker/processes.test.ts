import { AsyncQueue } from '@gantry/async';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ContainerRuntime, ProcessStreams } from '../runtime.js';
import { createDockerRuntime } from './docker-runtime.js';
import { engineAbsent, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

const options = ownCluster();
let absent: string | undefined;
let runtime: ContainerRuntime;
let id: string;

beforeAll(async () => {
  absent = await engineAbsent();
  if (absent !== undefined) return;
  runtime = createDockerRuntime(options);
  const sandbox = await runtime.runSandbox({ metadata: { uid: 'u', name: 'p', namespace: 'default', attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
  id = await runtime.createContainer(sandbox, {
    name: 'c', attempt: 0, image: testImage, command: ['sleep', '600'], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '/c/0.log', stdin: false, stdinOnce: false, tty: false,
    security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
  });
  await runtime.startContainer(id);
});
afterAll(async () => {
  if (absent !== undefined) return;
  await removeAll(options.cluster);
  await runtime.close();
});

const processes = async (): Promise<string> => Buffer.from((await runtime.execSync(id, ['ps'], 10_000)).stdout).toString();

test('a command that takes too long is ended', async (context) => {
  if (absent !== undefined) return context.skip(absent);
  await expect(runtime.execSync(id, ['sleep', '555'], 1000)).rejects.toMatchObject({ code: 'deadline' });
  await vi.waitFor(async () => expect(await processes()).not.toContain('sleep 555'), { timeout: 10_000 });
  expect(await processes()).toContain('sleep 600');
});

test('a command may print more than is kept', async (context) => {
  if (absent !== undefined) return context.skip(absent);
  const { exitCode, stdout, stderr } = await runtime.execSync(id, ['sh', '-c', 'yes | head -c 1000000; echo no >&2; exit 3'], 10_000);
  expect([exitCode, stdout.length, Buffer.from(stderr).toString()]).toEqual([3, 16_384, 'no\n']);
});

/** What a command printed, and how it ended. */
interface Ran {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

async function ran(command: string[], more: Partial<ProcessStreams> = {}, signal = new AbortController().signal): Promise<Ran> {
  const [stdout, stderr]: [Uint8Array[], Uint8Array[]] = [[], []];
  const { exitCode } = await runtime.exec(id, command, { tty: false, stdout: (chunk) => void stdout.push(Buffer.from(chunk)), stderr: (chunk) => void stderr.push(Buffer.from(chunk)), ...more }, signal);
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), exitCode };
}

async function* input(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a command with streams', () => {
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });

  test('has outputs of its own, and an exit code', async () => {
    expect(await ran(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ stdout: Buffer.from('out\n'), stderr: 'err\n', exitCode: 7 });
  });

  test('reads its input to the end and goes on printing', async () => {
    expect(await ran(['sh', '-c', 'sort; echo over'], { stdin: input('b\n', 'a\n') })).toMatchObject({ stdout: Buffer.from('a\nb\nover\n'), exitCode: 0 });
  });

  test('prints as much as it likes, whole, to a reader that takes its time', async () => {
    let size = 0;
    await ran(['sh', '-c', 'head -c 20000000 /dev/zero'], { stdout: async (chunk) => {
      size += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    } });
    expect(size).toBe(20_000_000);
  });

  test('is held up by a reader that does not read', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const printing = ran(['sh', '-c', 'head -c 100000000 /dev/zero; echo printed > /tmp/printed'], { stdout: () => held });
    await vi.waitFor(async () => expect(await processes()).toContain('head -c 100000000'));
    expect((await runtime.execSync(id, ['test', '-e', '/tmp/printed'], 10_000)).exitCode).toBe(1);
    release();
    expect((await printing).exitCode).toBe(0);
  });

  test('has a terminal, whose size can change', async () => {
    const sizes = new AsyncQueue<{ width: number; height: number }>();
    sizes.push({ width: 99, height: 33 });
    const { stdout } = await ran(['sh', '-c', 'until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.1; done; stty size'], { tty: true, resize: sizes });
    expect(stdout.toString()).toBe('33 99\r\n');
    sizes.close();
  });

  test('is ended with what it started when nobody wants it any more', async () => {
    const gone = new AbortController();
    const running = ran(['sh', '-c', 'sleep 777 | cat'], {}, gone.signal);
    await vi.waitFor(async () => expect(await processes()).toContain('sleep 777'));
    gone.abort();
    await expect(running).rejects.toThrow();
    await vi.waitFor(async () => expect(await processes()).not.toContain('sleep 777'), { timeout: 10_000 });
  });

  test('is ended by whoever begins anew, and the container runs on', async () => {
    const running = ran(['sleep', '778']);
    await vi.waitFor(async () => expect(await processes()).toContain('sleep 778'));
    const again = createDockerRuntime(options);
    await again.endCommands();
    await again.close();
    expect((await running).exitCode).toBe(137);
    expect(await processes()).toContain('sleep 600');
  });
});
