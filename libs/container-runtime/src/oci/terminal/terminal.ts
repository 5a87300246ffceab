import { spawn } from 'node:child_process';
import { constants, existsSync, openSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { RuntimeError } from '../../runtime.js';
import { runCommand } from '../command.js';

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A terminal of this machine for a program that expects one. */
export interface Terminal {
  /** The terminal's own side, for the program; closed by whoever starts that. */
  readonly programEnd: number;
  readonly input: Writable;
  /** Ends when no program has the terminal any more, after all that was printed. */
  readonly output: Readable;
  resize(size: TerminalSize): Promise<void>;
  close(): void;
}

/** Waits for the first program that opens the terminal, looking so often (seconds), and ends after the last. */
const WAITING = 'wait-slave,pty-interval=0.002';
/** Passes everything on as it is, and has newlines printed as terminals do where a program turns that on. */
const RAW = 'rawer,onlcr=1';

/** Seconds that socat stays when one side has ended, of which it has passed on everything by then. */
const LINGER = '0.001';

/** Node knows no terminals: socat makes one, and carries what goes in and out. `directory` holds its name while it is there. */
export async function openTerminal(directory: string): Promise<Terminal> {
  const link = join(directory, 'tty');
  const socat = spawn('socat', ['-t', LINGER, `PTY,${RAW},${WAITING},link=${link}`, 'STDIO'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  socat.stdin.on('error', () => undefined);
  await appearance(socat, directory, link);
  return {
    programEnd: openSync(link, constants.O_RDWR | constants.O_NOCTTY),
    input: socat.stdin,
    output: socat.stdout,
    async resize({ width, height }) {
      // One that has just been closed has no size.
      await runCommand('stty', ['-F', link, 'rows', String(height), 'cols', String(width)]).catch(() => undefined);
    },
    close() {
      socat.kill('SIGKILL');
      socat.stdin.destroy();
      socat.stdout.destroy();
    },
  };
}


async function appearance(socat: ReturnType<typeof spawn>, directory: string, link: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => (existsSync(link) ? resolve() : undefined);
  const watcher = watch(directory, { persistent: false }, look).on('error', reject);
  socat.once('error', ({ message }) => reject(new RuntimeError('unavailable', `a terminal needs socat on the node: ${message}`)));
  socat.once('exit', () => reject(new RuntimeError('unavailable', 'socat made no terminal')));
  look();
  try {
    await promise;
  } finally {
    watcher.close();
  }
}
