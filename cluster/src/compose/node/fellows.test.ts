import { FakeClock, settle, silentLogger } from '@gantry/async';
import type { ComposeContainer } from '@gantry/container-runtime/docker';
import { afterEach, expect, it } from 'vitest';
import { departedNumbers, nodesSharing, watchFellows, type Fellows } from './fellows.js';

const container = (number: number, running = true): ComposeContainer => ({ id: `c${number}`, number, running, created: number });

it('those that run share the machine, each number once', () => {
  expect(nodesSharing([container(1), container(2), container(2), container(3, false)])).toBe(2);
});

it.each<[string, number, ComposeContainer[], number[], number[]]>([
  ['whose container is gone', 1, [container(1), container(2)], [1, 2, 4, 3], [3, 4]],
  ['not one that was only stopped', 1, [container(1), container(2, false)], [1, 2], []],
  ['told to the first that runs alone', 2, [container(1), container(2)], [1, 2, 3], []],
  ['and to the second when the first does not run', 2, [container(1, false), container(2)], [1, 2, 3], [3]],
  ['not by one that ends itself', 1, [container(1, false)], [1, 2], []],
])('a node departed: %s', (_, own, all, inUse, departed) => {
  expect(departedNumbers(own, all, inUse)).toEqual(departed);
});

const open: Fellows[] = [];
afterEach(async () => {
  for (const fellows of open.splice(0)) await fellows.stop();
});

/** Node 1 among fellows. */
async function scene(initial: ComposeContainer[]) {
  const clock = new FakeClock();
  const world = { all: initial, inUse: initial.map(({ number }) => number) };
  const shared: number[] = [];
  const departed: number[] = [];
  let changed = (): void => undefined;
  const fellows = watchFellows({
    clock,
    logger: silentLogger,
    service: { project: 'p', service: 'node' },
    number: 1,
    containers: {
      list: async () => world.all,
      follow: (_service, listener, signal) => {
        changed = listener;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    },
    inUse: async () => world.inUse,
    shared: (nodes) => void shared.push(nodes),
    departed: async (number) => {
      departed.push(number);
      world.inUse = world.inUse.filter((one) => one !== number);
    },
  });
  open.push(fellows);
  const become = async (all: ComposeContainer[]): Promise<void> => {
    world.all = all;
    changed();
    await settle();
  };
  await settle();
  return { clock, world, shared, departed, become };
}

it('a node is told at once with how many it shares, and again only when that has changed', async () => {
  const { shared, become } = await scene([container(1), container(2)]);
  await become([container(1), container(2)]);
  await become([container(1), container(2), container(3)]);
  await become([container(1), container(2, false), container(3)]);
  expect(shared).toEqual([2, 3, 2]);
});

it('a node has departed when it had no container for a while, once', async () => {
  const { clock, departed, become } = await scene([container(1), container(2)]);
  await become([container(1)]);
  await clock.advanceAndSettle(4000);
  expect(departed).toEqual([]);
  await clock.advanceAndSettle(2000);
  expect(departed).toEqual([2]);
  await clock.advanceAndSettle(60_000);
  expect(departed).toEqual([2]);
});

it('a node whose container is made anew has not departed, and the wait begins again', async () => {
  const { clock, departed, become } = await scene([container(1), container(2)]);
  await become([container(1)]);
  await clock.advanceAndSettle(3000);
  await become([container(1), container(2)]);
  await clock.advanceAndSettle(3000);
  await become([container(1)]);
  await clock.advanceAndSettle(3000);
  expect(departed).toEqual([]);
});
