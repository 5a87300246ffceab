import type { ContainerStatus } from '@gantry/container-runtime';
import { expect, test } from 'vitest';
import { testPod } from '../kubelet-harness.suite.js';
import type { WorkerDependencies } from './dependencies.js';
import { newRecord } from './record.js';
import { readTerminationMessages } from './termination-message.js';

const ended = (id: string): ContainerStatus => ({ id, name: 'main', attempt: 0, state: 'exited', exitCode: 1, startedAt: 1 }) as ContainerStatus;

test('last words are read once, and kept as long as their container is there', async () => {
  const asked: number[] = [];
  const files = { readTerminationLog: async (_uid: string, _name: string, attempt: number) => `word ${asked.push(attempt)}` };
  const record = newRecord(0);
  const look = (...ids: string[]) => readTerminationMessages({ files } as unknown as WorkerDependencies, record, testPod('web'), { sandboxes: [], containers: ids.map(ended) });
  await look('a');
  await look('a', 'b');
  expect(Object.fromEntries(record.terminationMessages)).toEqual({ a: 'word 1', b: 'word 2' });
  await look('b', 'c');
  expect([Object.fromEntries(record.terminationMessages), [...record.examined]]).toEqual([{ b: 'word 2', c: 'word 3' }, ['b', 'c']]);
});
