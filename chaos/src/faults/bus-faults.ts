import type { FaultRates } from '@gantry/testkit';
import type { FaultKind, Harm } from './fault.js';

async function strike({ plane, span, wait }: Harm, rates: readonly FaultRates[]): Promise<boolean> {
  if (!plane.carrier.strike(rates)) return false;
  await wait(span(1_000, 8_000));
  plane.carrier.strike([]);
  return true;
}

/** Of the bus. Single messages can be struck over the socket alone. */
export const busFaults: readonly FaultKind[] = [
  { name: 'drop watch messages', weight: 3, run: (harm) => strike(harm, [{ subjects: 'watch.>', drop: harm.random.pick([0.02, 0.1, 0.5]) }]) },
  { name: 'disorder watch messages', weight: 3, run: (harm) => strike(harm, [{ subjects: 'watch.>', duplicate: 0.2, reorder: 0.2, delay: 0.1, delayMs: 200 }]) },
  { name: 'lose progress', weight: 2, run: (harm) => strike(harm, [{ subjects: 'progress.>', drop: 0.7, duplicate: 0.2 }]) },
  { name: 'lose requests', weight: 3, run: (harm) => strike(harm, [{ subjects: 'store.>', drop: 0.05, delay: 0.2, delayMs: 300 }]) },
  {
    name: 'cut bus',
    weight: 3,
    run: async ({ plane, span, wait }) => {
      plane.carrier.cut();
      await wait(span(100, 4_000));
      plane.carrier.heal();
    },
  },
  {
    name: 'freeze bus',
    weight: 2,
    run: async ({ plane, span, wait }) => {
      if (!plane.carrier.freeze()) return false;
      await wait(span(500, 6_000));
      plane.carrier.heal();
      return true;
    },
  },
  { name: 'purge watch stream', weight: 2, run: ({ plane }) => plane.carrier.purge() },
];
