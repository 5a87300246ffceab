import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsyncQueue } from '@gantry/async';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ContainerConfig, ContainerRuntime, ProcessStreams } from './runtime.js';

export interface StreamHarness {
  readonly runtime: ContainerRuntime;
  /** Another connection to the same node, as a restarted kubelet makes. */
  again(): ContainerRuntime;
  /** Has a shell and what belongs to one. */
  readonly image: string;
  dispose(): Promise<void>;
}

/** What a command printed, and how it ended. */
interface Ran {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

const PATIENCE = { timeout: 60_000 };
/** For what has to be seen from outside. */
const SOON = { timeout: 15_000, interval: 50 };

async function* input(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/**
 * The contract of runtimes whose containers are processes of this machine, for what carries bytes: commands, terminals, attaching. An engine
 * has ways of its own where something cannot run (126 as an exit code, texts as output) or does not read; `strict` is without these.
 */
export function describeProcessStreams(name: string, make: () => Promise<StreamHarness | string>, { strict }: { readonly strict: boolean }): void {
  describe(`streams of processes: ${name}`, PATIENCE, () => {
    let harness: StreamHarness;
    let runtime: ContainerRuntime;
    let absent: string | undefined;
    let folder = '';
    let sandbox = '';
    let id = '';
    const never = new AbortController().signal;

    beforeAll(async () => {
      const made = await make();
      if (typeof made === 'string') absent = made;
      else {
        harness = made;
        runtime = made.runtime;
        folder = mkdtempSync(join(tmpdir(), 'gantry-streams-'));
        sandbox = await runtime.runSandbox({ metadata: { uid: randomUUID(), name: 'p', namespace: 'default', attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
        id = await begin('exec sleep 600');
      }
    }, PATIENCE.timeout);
    afterAll(async () => {
      if (absent !== undefined) return;
      await runtime.removeSandbox(sandbox);
      await harness.dispose();
      rmSync(folder, { recursive: true, force: true });
    }, PATIENCE.timeout);
    beforeEach((context) => {
      if (absent !== undefined) context.skip(absent);
    });

    const strictly = (title: string, body: () => Promise<void>): void => {
      if (strict) test(title, body);
    };
    const begin = async (script: string, more: Partial<ContainerConfig> = {}): Promise<string> => {
      const container = await runtime.createContainer(sandbox, {
        name: `c-${randomUUID()}`, attempt: 0, image: harness.image, command: ['sh', '-c', script], env: [], mounts: [], labels: {}, annotations: {}, resources: {},
        logPath: join(folder, randomUUID(), '0.log'), stdin: false, stdinOnce: false, tty: false,
        security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] }, ...more,
      });
      await runtime.startContainer(container);
      return container;
    };
    const processes = async (): Promise<string> => Buffer.from((await runtime.execSync(id, ['ps'], 10_000)).stdout).toString();
    const ran = async (command: string[], more: Partial<ProcessStreams> = {}, signal = never): Promise<Ran> => {
      const [stdout, stderr]: [Uint8Array[], Uint8Array[]] = [[], []];
      const { exitCode } = await runtime.exec(id, command, { tty: false, stdout: (chunk) => void stdout.push(Buffer.from(chunk)), stderr: (chunk) => void stderr.push(Buffer.from(chunk)), ...more }, signal);
      return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), exitCode };
    };

    describe('a command that is waited for', () => {
      test('is ended with what it started when it takes too long', async () => {
        await expect(runtime.execSync(id, ['sh', '-c', 'sleep 555 & sleep 554'], 1000)).rejects.toMatchObject({ code: 'deadline' });
        await vi.waitFor(async () => expect(await processes()).not.toMatch(/sleep 55[45]/), SOON);
        expect(await processes()).toContain('sleep 600');
      });

      test('is not ended at once where it may take a month', async () => {
        const { exitCode } = await runtime.execSync(id, ['sh', '-c', 'sleep 0.2; exit 3'], 30 * 24 * 3600 * 1000);
        expect(exitCode).toBe(3);
      });

      test('may print more than is kept', async () => {
        const { exitCode, stdout, stderr } = await runtime.execSync(id, ['sh', '-c', 'yes | head -c 1000000; echo no >&2; exit 3'], 10_000);
        expect([exitCode, stdout.length, Buffer.from(stderr).toString()]).toEqual([3, 16_384, 'no\n']);
      });

      strictly('that is not there says so', async () => {
        await expect(runtime.execSync(id, ['/no/such/program'], 10_000)).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/no such file/i) as string });
      });
    });

    describe('a command with streams', () => {
      test('has outputs of its own, and an exit code', async () => {
        expect(await ran(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ stdout: Buffer.from('out\n'), stderr: 'err\n', exitCode: 7 });
      });

      test('that a signal ends has 128 more than that', async () => {
        expect((await ran(['sh', '-c', 'kill -9 $$'])).exitCode).toBe(137);
      });

      test('may open its streams by their names', async () => {
        expect(await ran(['sh', '-c', 'cat /dev/stdin > /dev/stderr; echo out > /dev/stdout'], { stdin: input('in\n') })).toEqual({ stdout: Buffer.from('out\n'), stderr: 'in\n', exitCode: 0 });
      });

      test('reads its input to the end and goes on printing', async () => {
        expect(await ran(['sh', '-c', 'sort; echo over'], { stdin: input('b\n', 'a\n') })).toMatchObject({ stdout: Buffer.from('a\nb\nover\n'), exitCode: 0 });
      });

      test('has input as long as it likes, and need not read it', async () => {
        async function* long(): AsyncGenerator<Uint8Array> {
          for (let piece = 0; piece < 200; piece += 1) yield Buffer.alloc(100_000, 'x');
        }
        expect((await ran(['sh', '-c', 'wc -c'], { stdin: long() })).stdout.toString().trim()).toBe('20000000');
        expect((await ran(['sh', '-c', 'exit 4'], { stdin: long() })).exitCode).toBe(4);
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
        await vi.waitFor(async () => expect(await processes()).toContain('head -c 100000000'), SOON);
        expect((await runtime.execSync(id, ['test', '-e', '/tmp/printed'], 10_000)).exitCode).toBe(1);
        release();
        expect((await printing).exitCode).toBe(0);
      });

      strictly('that is not there fails, and prints nothing', async () => {
        const printed: Uint8Array[] = [];
        await expect(ran(['nosuch'], { stdout: (chunk) => void printed.push(chunk), stderr: (chunk) => void printed.push(chunk) })).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('nosuch') as string });
        expect(printed).toEqual([]);
      });

      strictly('cannot run where nothing runs', async () => {
        const over = await begin('exit 0');
        await vi.waitFor(async () => expect((await runtime.containerStatus(over)).state).toBe('exited'), SOON);
        await expect(runtime.exec(over, ['true'], { tty: false }, never)).rejects.toMatchObject({ code: 'invalid' });
        await expect(runtime.exec('none', ['true'], { tty: false }, never)).rejects.toMatchObject({ code: 'not-found' });
      });

      test('is ended with what it started when nobody wants it any more', async () => {
        const gone = new AbortController();
        const running = ran(['sh', '-c', 'sleep 777 | cat'], {}, gone.signal);
        await vi.waitFor(async () => expect(await processes()).toContain('sleep 777'), SOON);
        gone.abort();
        await expect(running).rejects.toThrow();
        await vi.waitFor(async () => expect(await processes()).not.toContain('sleep 777'), SOON);
      });

      strictly('does not begin where nobody wants it any more', async () => {
        for (const tty of [false, true]) {
          const gone = new AbortController();
          const running = ran(['sleep', '781'], { tty }, gone.signal);
          gone.abort();
          await expect(running).rejects.toThrow();
          await expect(ran(['true'], { tty }, AbortSignal.abort())).rejects.toThrow();
        }
        expect(await processes()).not.toContain('sleep 781');
      });

      test('is ended by whoever begins anew, and the container runs on', async () => {
        const running = ran(['sleep', '778']);
        await vi.waitFor(async () => expect(await processes()).toContain('sleep 778'), SOON);
        const again = harness.again();
        await again.endCommands();
        await again.close();
        expect((await running).exitCode).toBe(137);
        expect(await processes()).toContain('sleep 600');
      });
    });

    describe('a command with a terminal', () => {
      test('has one, whose size can change', async () => {
        const sizes = new AsyncQueue<{ width: number; height: number }>();
        sizes.push({ width: 99, height: 33 });
        const { stdout } = await ran(['sh', '-c', 'until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.1; done; stty size'], { tty: true, resize: sizes });
        expect(stdout.toString()).toBe('33 99\r\n');
        sizes.close();
      });

      test('reads what is typed, and says how it ended', async () => {
        const typed = new AsyncQueue<Uint8Array>();
        typed.push(Buffer.from('hello\n'));
        const { stdout, exitCode } = await ran(['sh', '-c', 'read line; echo "got $line on $TERM"; test -t 0 -a -t 1 -a -t 2 && exit 9'], { tty: true, stdin: typed });
        expect([stdout.toString(), exitCode]).toEqual(['hello\r\ngot hello on xterm\r\n', 9]);
        typed.close();
      });

      test('heeds its interrupt key', async () => {
        const typed = new AsyncQueue<Uint8Array>();
        const shown: string[] = [];
        const running = ran(['sh', '-c', 'echo ready; sleep 612'], { tty: true, stdin: typed, stdout: (chunk) => {
          shown.push(Buffer.from(chunk).toString());
          if (shown.join('').includes('ready')) typed.push(Buffer.from('\u0003'));
        } });
        expect((await running).exitCode).toBe(130);
        typed.close();
      });

      test('prints to its last byte', async () => {
        const { stdout } = await ran(['sh', '-c', 'seq 1 20000'], { tty: true });
        expect(stdout.toString()).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`).join(''));
      });

      strictly('that is not there fails, and prints nothing', async () => {
        const printed: Uint8Array[] = [];
        await expect(ran(['nosuch'], { tty: true, stdout: (chunk) => void printed.push(chunk) })).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('nosuch') as string });
        expect(printed).toEqual([]);
      });

      test('is ended when nobody wants it any more', async () => {
        const gone = new AbortController();
        const running = ran(['sh', '-c', 'sleep 779 & sleep 780'], { tty: true }, gone.signal);
        await vi.waitFor(async () => expect(await processes()).toContain('sleep 780'), SOON);
        gone.abort();
        await expect(running).rejects.toThrow();
        await vi.waitFor(async () => expect(await processes()).not.toMatch(/sleep 7(79|80)/), SOON);
      });
    });

    describe('who attaches to a container', () => {
      interface Attached {
        text(): string;
        readonly over: Promise<void>;
        readonly leave: AbortController;
      }
      const attach = (container: string, more: Partial<ProcessStreams> = {}): Attached => {
        const leave = new AbortController();
        let text = '';
        const take = (chunk: Uint8Array): void => void (text += Buffer.from(chunk).toString());
        const over = runtime.attach(container, { tty: false, stdout: take, stderr: take, ...more }, leave.signal);
        over.catch(() => undefined);
        return { text: () => text, over, leave };
      };
      /** Says `ready` again and again until somebody has heard it, then does `then`. */
      const prompting = (then: string): string => `while ! [ -e /tmp/heard ]; do echo ready; sleep 0.1; done; ${then}`;
      const heard = async (container: string, ...attached: Attached[]): Promise<void> => {
        for (const one of attached) await vi.waitFor(() => expect(one.text()).toContain('ready'), SOON);
        await runtime.execSync(container, ['touch', '/tmp/heard'], 10_000);
      };
      const answers = (one: Attached): string => one.text().replaceAll(/ready\r?\n/g, '');

      test('hears it to its end, with others at once', async () => {
        const container = await begin(prompting('echo out; echo err >&2'));
        const [first, second] = [attach(container), attach(container)];
        await heard(container, first, second);
        await Promise.all([first.over, second.over]);
        for (const one of [first, second]) expect(answers(one).split('\n').sort().join()).toBe(',err,out');
      });

      strictly('holds up neither the process nor others when it does not read', async () => {
        const { promise: held, resolve: release } = Promise.withResolvers<void>();
        const container = await begin(prompting('head -c 3000000 /dev/zero; echo over'));
        const [stuck, free] = [attach(container, { stdout: () => held }), attach(container)];
        await heard(container, free);
        await free.over;
        expect(free.text()).toContain('over');
        release();
        await stuck.over;
      });

      test('writes its input, which stays open for the next one', async () => {
        const container = await begin(prompting('while read line; do echo "got $line"; done'), { stdin: true });
        const typed = new AsyncQueue<Uint8Array>();
        const first = attach(container, { stdin: typed });
        await heard(container, first);
        typed.push(Buffer.from('one\n'));
        await vi.waitFor(() => expect(answers(first)).toBe('got one\n'), SOON);
        first.leave.abort();
        await expect(first.over).rejects.toThrow();
        typed.close();
        const more = new AsyncQueue<Uint8Array>();
        more.push(Buffer.from('two\n'));
        const second = attach(container, { stdin: more });
        await vi.waitFor(() => expect(answers(second)).toBe('got two\n'), SOON);
        expect((await runtime.containerStatus(container)).state).toBe('running');
        second.leave.abort();
        more.close();
        await runtime.stopContainer(container, 0);
      });

      test('ends the input when it leaves, where that is only for one', async () => {
        const container = await begin('cat; echo over', { stdin: true, stdinOnce: true });
        const { text, over } = attach(container, { stdin: input('one\n', 'two\n') });
        await over;
        expect(text()).toBe('one\ntwo\nover\n');
      });

      test('has input as long as it likes', async () => {
        async function* long(): AsyncGenerator<Uint8Array> {
          for (let piece = 0; piece < 50; piece += 1) yield Buffer.alloc(100_000, 'x');
        }
        const container = await begin('wc -c', { stdin: true, stdinOnce: true });
        const { text, over } = attach(container, { stdin: long() });
        await over;
        expect(text().trim()).toBe('5000000');
      });

      test('has its terminal, whose size can change', async () => {
        const container = await begin(prompting('read line; echo "got $line"; until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.1; done; stty size'), { stdin: true, tty: true });
        const typed = new AsyncQueue<Uint8Array>();
        const sizes = new AsyncQueue<{ width: number; height: number }>();
        const one = attach(container, { tty: true, stdin: typed, resize: sizes });
        await heard(container, one);
        typed.push(Buffer.from('hello\n'));
        sizes.push({ width: 99, height: 33 });
        await one.over;
        expect(answers(one)).toBe('hello\r\ngot hello\r\n33 99\r\n');
        typed.close();
        sizes.close();
      });

      strictly('is refused where nothing runs', async () => {
        const over = await begin('exit 0');
        await vi.waitFor(async () => expect((await runtime.containerStatus(over)).state).toBe('exited'), SOON);
        await expect(attach('none').over).rejects.toMatchObject({ code: 'not-found' });
        await expect(attach(over).over).rejects.toMatchObject({ code: 'invalid' });
      });
    });
  });
}
