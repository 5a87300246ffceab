import { expect, it } from 'vitest';
import type { Engine } from './engine.js';
import { createInspection } from './inspection.js';

/** An engine whose list is behind its inspections, as a real one's is for a moment after a container has ended. */
function engineOf(states: { listed: string; inspected: string }, answer: () => Promise<void> = () => Promise.resolve()): { engine: Engine; inspections: () => number } {
  let inspections = 0;
  const inspect = async (): Promise<unknown> => {
    inspections += 1;
    const Status = states.inspected;
    await answer();
    return { Id: 'a', State: { Status } };
  };
  const listContainers = (): Promise<unknown> => Promise.resolve([{ Id: 'a', State: states.listed, Labels: { 'io.gantry.type': 'container' } }]);
  return { engine: { docker: { getContainer: () => ({ inspect }), listContainers } } as unknown as Engine, inspections: () => inspections };
}

const owner = { cluster: 'c', node: 'n1' };

it('inspects a container once while the list says the same of it', async () => {
  const { engine, inspections } = engineOf({ listed: 'running', inspected: 'running' });
  const inspection = createInspection(engine, owner);
  await inspection.list('container');
  await inspection.list('container');
  expect(inspections()).toBe(1);
});

it('sees an end that an event told of before the list knows it', async () => {
  const states = { listed: 'running', inspected: 'running' };
  const inspection = createInspection(engineOf(states).engine, owner);
  await inspection.list('container');
  states.inspected = 'exited';
  inspection.forget('a');
  expect((await inspection.list('container')).map((info) => info.State.Status)).toEqual(['exited']);
});

it('does not keep an answer that was under way when the event came', async () => {
  const states = { listed: 'running', inspected: 'running' };
  const { promise, resolve } = Promise.withResolvers<void>();
  const inspection = createInspection(engineOf(states, () => promise).engine, owner);
  const early = inspection.list('container');
  await Promise.resolve();
  await Promise.resolve();
  states.inspected = 'exited';
  inspection.forget('a');
  resolve();
  expect((await early).map((info) => info.State.Status)).toEqual(['running']);
  expect((await inspection.list('container')).map((info) => info.State.Status)).toEqual(['exited']);
});
