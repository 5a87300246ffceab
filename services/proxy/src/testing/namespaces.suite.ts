import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { runProgram } from '../apply/programs.js';
import type { RunProgram } from '../apply/programs.js';

/** A network namespace that lives until `close`. */
export interface Namespace {
  readonly pid: number;
  readonly run: RunProgram;
  /** Starts a program of Node in it; resolves when it prints its first line. */
  start(script: string, ...args: readonly string[]): Promise<Running>;
  /** Runs a program of Node in it to its end; resolves with what it printed. */
  evaluate(script: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface Running {
  /** What it printed so far. */
  readonly output: () => string;
  /** Resolves when it printed something that satisfies. */
  printed(satisfies: (output: string) => boolean): Promise<string>;
  end(): Promise<void>;
}

export async function newNamespace(): Promise<Namespace> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => Promise.reject(new Error('no namespace')))]);
  const pid = holder.pid!;
  const children: Running[] = [];
  const enter = `--net=/proc/${pid}/ns/net`;
  const run: RunProgram = (program, args) => runProgram('nsenter', [enter, program, ...args]);
  await run('ip', ['link', 'set', 'lo', 'up']);
  return {
    pid,
    run,
    start: async (script, ...args) => {
      const running = follow(spawn('nsenter', [enter, process.execPath, '-e', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }));
      children.push(running);
      await running.printed((output) => output.includes('\n'));
      return running;
    },
    evaluate: (script, ...args) => run(process.execPath, ['-e', script, ...args]),
    close: async () => {
      await Promise.all(children.map((child) => child.end()));
      await end(holder);
    },
  };
}

function follow(child: ChildProcess): Running {
  let output = '';
  const listeners = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    listeners.forEach((listener) => listener());
  });
  return {
    output: () => output,
    printed: (satisfies) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!satisfies(output)) return;
          listeners.delete(look);
          resolve(output);
        };
        listeners.add(look);
        child.once('exit', () => reject(new Error(`it ended after printing ${JSON.stringify(output)}`)));
        look();
      }),
    end: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Why tests in namespaces of their own cannot run here; undefined where they can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root to make network namespaces';
  try {
    const probe = await newNamespace();
    const isOwn = (await readlink(`/proc/${probe.pid}/ns/net`)) !== (await readlink('/proc/self/ns/net'));
    const nft = await probe.run('nft', ['list', 'tables']).then(() => true, () => false);
    await probe.close();
    if (!isOwn) return 'network namespaces cannot be made here';
    return nft ? undefined : 'needs nft and a kernel with nf_tables';
  } catch {
    return 'network namespaces cannot be made here';
  }
}
