import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../plane/control-plane.js';
import type { Struck } from './schedule.js';

const RESUME_MS = 60_000;
const POLL_MS = 5;
/** Writes that are acknowledged between two kills, at least. */
const WRITES_BETWEEN = 20;

/** Kills the leader under load, so often, each time after writes went on. Throws when they do not. */
export async function killLeaders(plane: ControlPlane, count: number, acknowledged: () => number, say: (line: string) => void): Promise<Struck[]> {
  const struck: Struck[] = [];
  while (struck.length < count) {
    await until(acknowledged() + WRITES_BETWEEN, acknowledged);
    const { leader } = plane;
    if (leader === undefined || !leader.isRunning) continue;
    struck.push({ name: 'kill leader', at: performance.now() });
    await leader.kill();
    leader.start();
    say(`kill ${struck.length} of ${count}: ${leader.name}`);
  }
  await until(acknowledged() + WRITES_BETWEEN, acknowledged);
  return struck;
}

async function until(target: number, acknowledged: () => number): Promise<void> {
  const end = performance.now() + RESUME_MS;
  while (acknowledged() < target) {
    if (performance.now() > end) throw new Error(`writes did not go on within ${RESUME_MS} ms`);
    await delay(POLL_MS);
  }
}
