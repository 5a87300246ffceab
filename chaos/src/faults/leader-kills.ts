import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../plane/control-plane.js';
import type { Struck } from './schedule.js';

const PATIENCE_MS = 120_000;
const POLL_MS = 5;
/** Writes that are acknowledged between two kills, at least. */
const WRITES_BETWEEN = 20;

/** Kills the leader under load, so often, each time after writes went on and another store is there to take over. Throws when that does not come. */
export async function killLeaders(plane: ControlPlane, count: number, acknowledged: () => number, say: (line: string) => void): Promise<Struck[]> {
  const struck: Struck[] = [];
  while (struck.length < count) {
    await untilWritten(acknowledged);
    await until(() => plane.allStoresServe, 'the stores have not come up');
    const { leader } = plane;
    if (leader === undefined || !leader.isRunning) continue;
    struck.push({ name: 'kill leader', at: performance.now() });
    await leader.kill();
    leader.start();
    say(`kill ${struck.length} of ${count}: ${leader.name}`);
  }
  await untilWritten(acknowledged);
  return struck;
}

function untilWritten(acknowledged: () => number): Promise<void> {
  const target = acknowledged() + WRITES_BETWEEN;
  return until(() => acknowledged() >= target, 'writes did not go on');
}

async function until(condition: () => boolean, otherwise: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${PATIENCE_MS} ms`);
    await delay(POLL_MS);
  }
}
