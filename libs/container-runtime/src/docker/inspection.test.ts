import { expect, it } from 'vitest';
import type { Engine } from './engine.js';
import { createInspection } from './inspection.js';

/** An engine whose list is behind its inspections, as a real one's is for a moment after a container has ended. */
function engineOf(states: { listed: string; inspected: string }, answer: () => Promise<void> = () => Promise.resolve()): { engine: Engine; inspections: () => number; lists: () => number } {
  let inspections = 0;
  let lists = 0;
  const inspect = async (): Promise<unknown> => {
    inspections += 1;
    const Status = states.inspected;
    await answer();
    return { Id: 'a', State: { Status } };
  };
  const listContainers = (): Promise<unknown> => {
    lists += 1;
    return Promise.resolve([{ Id: 'a', State: states.listed, Labels: { 'io.gantry.type': 'container' } }]);
  };
  return { engine: { docker: { getContainer: () => ({ inspect }), listContainers } } as unknown as Engine, inspections: () => inspections, lists: () => lists };
}

const owner = { cluster: 'c', node: 'n1' };

it('inspects a container once while the list says the same of it', async () => {
  const { engine, inspections } = engineOf({ listed: 'running', inspected: 'running' });
  const inspection = createInspection(engine, owner);
  await inspection.list('container');
  await inspection.list('container');
  expect(inspections()).toBe(1);
});

it('asks the engine once for the sandboxes and the containers of a pod, and again for the next look at it', async () => {
  const { engine, lists } = engineOf({ listed: 'running', inspected: 'running' });
  const inspection = createInspection(engine, owner);
  const look = (podUid: string) => Promise.all([inspection.list('sandbox', { podUid }), inspection.list('container', { podUid })]);
  expect((await look('u1')).map(({ length }) => length)).toEqual([0, 1]);
  expect(lists()).toBe(1);
  const later = look('u1');
  await Promise.resolve();
  await Promise.all([later, look('u1'), look('u2')]);
  expect(lists()).toBe(4);
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
