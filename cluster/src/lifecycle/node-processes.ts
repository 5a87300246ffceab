import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Places } from '../state/places.js';
import { readRunState } from '../state/settings.js';

const POLL_MS = 10;
const PATIENCE_MS = 5000;
/** Stands in the command line of every node's process. */
const PROGRAM = 'node-process/main.js';

/**
 * Ends what is left of the nodes' processes. They end by themselves when their cluster is gone, a moment later, and until then may start
 * one more container.
 */
export async function endNodeProcesses(places: Places): Promise<void> {
  const run = await readRunState(places).catch(() => undefined);
  await Promise.all(Object.values(run?.processes ?? {}).map(endNodeProcess));
}

/** The number may be another process's by now, or a database's. */
async function endNodeProcess(pid: number): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && (await isNode(pid)); await delay(POLL_MS)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return;
    }
  }
}

/** One that has ended has no command line, whether somebody asked how it ended or not. */
async function isNode(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(PROGRAM);
}
