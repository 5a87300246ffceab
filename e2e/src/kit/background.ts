import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that goes on while the test works. */
export interface Background {
  /** Standard output so far. */
  output(): string;
  /** Resolves when the output matches; rejects when the program ended or `timeoutMs` passed before. */
  until(pattern: RegExp, timeoutMs?: number): Promise<void>;
  end(): Promise<void>;
}

export function background(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Background {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close');
  return {
    output: () => output,
    until: (pattern, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const finish = (problem?: string): void => {
          clearTimeout(timer);
          child.stdout.off('data', look);
          if (problem === undefined) resolve();
          else reject(new Error(`${program} ${args.join(' ')} ${problem} without ${String(pattern)}\n${output}\n${errors}`));
        };
        const look = (): void => {
          if (pattern.test(output)) finish();
        };
        const timer = setTimeout(() => finish(`ran ${timeoutMs} ms`), timeoutMs);
        child.stdout.on('data', look);
        void ended.then(() => (pattern.test(output) ? finish() : finish('ended')));
        look();
      }),
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
