import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@gantry/async';
import { startPostgres } from '@gantry/cluster/postgres';
import type { Figure } from '../figure.js';
import type { WriteLoops } from '../load/write-loops.js';

/** 2 KB values through the store, each client in a loop; the floor is a bare group commit on the same Postgres. */
export async function storeWrites(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-'));
  await chmod(folder, 0o755);
  try {
    const postgres = await startPostgres({ dataDir: join(folder, 'data'), runtimeDir: join(folder, 'run'), logger: silentLogger });
    try {
      say('the floor: a bare group commit');
      const floor = await loopsOf('../floors/bare-commits.js', postgres.config.host);
      say('the store');
      const store = await loopsOf('../load/store-loops.js', postgres.config.host);
      return store.flatMap((loops, index) => figures(loops, floor[index]));
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function loopsOf(program: string, socket: string): Promise<WriteLoops[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url)), socket], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => Promise.reject(new Error(`${program} ended with code ${String(code)}`)));
  failed.catch(() => undefined);
  const [loops] = (await Promise.race([once(child, 'message'), failed])) as [WriteLoops[]];
  child.disconnect();
  await ended;
  return loops;
}

function figures(loops: WriteLoops, bare: WriteLoops | undefined): Figure[] {
  const clients = loops.clients === 1 ? 'one client' : `${loops.clients} clients`;
  const figure = (measure: string, unit: string, of: (loops: WriteLoops) => number): Figure => ({ measure: `${measure}, ${clients}`, value: of(loops), unit, ...(bare === undefined ? {} : { floor: { name: 'bare group commit', value: of(bare) } }) });
  return [
    figure('writes', '/s', ({ perSecond }) => perSecond),
    figure('p50', 'ms', ({ p50 }) => p50),
    figure('p99', 'ms', ({ p99 }) => p99),
    figure('CPU a write', 'µs', ({ cpu }) => cpu),
  ];
}
