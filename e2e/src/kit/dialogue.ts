import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program on a terminal, as a person uses it. */
export interface Dialogue {
  /** Resolves when what was printed since the last line that was typed matches; rejects when the program ended before. */
  until(pattern: RegExp): Promise<void>;
  /** Types a line. */
  type(line: string): void;
  /** Resolves with the program's exit code when it ends. */
  readonly code: Promise<number | null>;
  kill(): void;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** Runs a program on a terminal of its own (by `script` of util-linux). */
export function dialogue(program: string, args: readonly string[], env: NodeJS.ProcessEnv, { rows, columns }: TerminalSize): Dialogue {
  const command = [program, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const child = spawn('script', ['-qec', `stty rows ${rows} cols ${columns}; exec ${command}`, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [output, all] = ['', ''];
  const take = (text: string): void => {
    output += text;
    all += text;
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const code = once(child, 'close').then(([value]) => value as number | null);
  return {
    code,
    kill: () => void child.kill('SIGKILL'),
    type(line) {
      output = '';
      child.stdin.write(`${line}\n`);
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(output)) return;
          child.stdout.off('data', look);
          resolve();
        };
        child.stdout.on('data', look);
        void code.then(() => reject(new Error(`${command} ended without ${String(pattern)}\n${all}`)));
        look();
      }),
  };
}
