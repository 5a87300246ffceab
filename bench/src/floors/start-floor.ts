import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A floor that serves in a process of its own. */
export interface Floor {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts `floors/<program>.js`, which says its port over the channel once it serves. */
export async function startFloor(program: string, args: readonly string[]): Promise<Floor> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`./${program}.js`, import.meta.url)), ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the floor ${program} ended with code ${String(code)}`)));
  failed.catch(() => undefined);
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number];
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
