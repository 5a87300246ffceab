import { expect, test } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { podRequests } from './requests.js';

const pod = (cpu: string, status: coreV1.PodStatus, generation = 2): coreV1.Pod => ({ metadata: { generation }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] }, status });
const has = (cpu: string, allocated = cpu): coreV1.PodStatus => ({
  containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu } }, allocatedResources: { cpu: allocated } }],
});
const pending = (reason: string): coreV1.PodStatus => ({ conditions: [{ type: 'PodResizePending', status: 'True', reason }] });

test.each([
  ['what it asks for', pod('1', {}), 1000],
  ['what it asks for, where it was never changed', pod('1', has('2'), 1), 1000],
  ['what it will have', pod('2', has('1')), 2000],
  ['what it has still', pod('1', has('2')), 2000],
  ['what it was given', pod('1', has('1', '3')), 3000],
  ['what it waits for', pod('2', { ...has('1'), ...pending('Deferred') }), 2000],
  ['not what it can never have', pod('2', { ...has('1'), ...pending('Infeasible') }), 1000],
])('a pod takes of its node %s', (_sentence, subject, cpu) => {
  expect(podRequests(subject).get('cpu')).toBe(cpu);
});
