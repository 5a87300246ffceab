import { API_FAILPOINTS, STORE_FAILPOINTS } from '@gantry/async';
import type { FaultyProcess } from '@gantry/testkit';
import type { FaultKind, Harm } from './fault.js';

const HOUR_MS = 3_600_000;

async function killAndStart(process: FaultyProcess | undefined): Promise<boolean> {
  if (process === undefined || !process.isRunning) return false;
  await process.kill();
  process.start();
  return true;
}

async function freeze({ span, wait }: Harm, process: FaultyProcess | undefined, most: number): Promise<boolean> {
  if (process === undefined || !process.isRunning || process.isFrozen) return false;
  process.freeze();
  await wait(span(1_000, most));
  process.thaw();
  return true;
}

/** Begins a life that ends, or lingers, at some point of the program; whoever looks after processes starts the next one. */
async function armFailpoint({ plane, random, span, wait }: Harm): Promise<boolean> {
  const process = random.pick(plane.processes);
  const point = random.pick<string>(plane.stores.includes(process) ? STORE_FAILPOINTS : API_FAILPOINTS);
  const action = random.chance(0.7) ? 'crash' : `sleep:${1 + random.below(100)}`;
  if (!process.isRunning) return false;
  await process.kill();
  process.start({ GANTRY_FAILPOINTS: `${point}=${action}@${1 + random.below(20)}` });
  await wait(span(2_000, 10_000));
  return killAndStart(process);
}

/** Of processes: they die, stand still, and tell another hour. */
export const processFaults: readonly FaultKind[] = [
  { name: 'kill leader', weight: 6, run: ({ plane }) => killAndStart(plane.leader) },
  { name: 'kill store', weight: 3, run: ({ plane, random }) => killAndStart(random.pick(plane.stores)) },
  { name: 'kill api', weight: 5, run: ({ plane, random }) => killAndStart(random.pick(plane.apis).process) },
  { name: 'failpoint', weight: 5, run: armFailpoint },
  { name: 'freeze leader', weight: 4, run: (harm) => freeze(harm, harm.plane.leader, 60_000) },
  { name: 'freeze api', weight: 3, run: (harm) => freeze(harm, harm.random.pick(harm.plane.apis).process, 12_000) },
  {
    name: 'clock jump',
    weight: 3,
    run: async ({ plane, random, span, wait }) => {
      const process = random.pick(plane.processes);
      process.setClock(random.pick([-HOUR_MS, HOUR_MS]));
      await wait(span(500, 8_000));
      process.setClock(0);
    },
  },
];
