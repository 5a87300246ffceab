import { describe, expect, it, test } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { pod } from '../../fixtures.suite.js';
import { podColumns } from './columns.js';
import type { DefaultedPod } from './types.js';

const now = Date.parse('2026-01-02T03:04:05Z');

function row(object: DefaultedPod): Record<string, unknown> {
  return Object.fromEntries(podColumns.map((column) => [column.name, column.cell(object, now)]));
}

function status(name: string, state: coreV1.ContainerState, more: Partial<coreV1.ContainerStatus> = {}): coreV1.ContainerStatus {
  return { name, image: 'x', imageID: '', ready: state.running !== undefined, restartCount: 0, state, ...more };
}

const running = { running: { startedAt: '2026-01-02T03:00:00Z' } };
const completed = { terminated: { exitCode: 0, reason: 'Completed' } };
const ready = [{ type: 'Ready', status: 'True' }];
const two = { containers: [{ name: 'a' }, { name: 'b' }] };
const withInit = { initContainers: [{ name: 'i' }, { name: 'j' }] };

const cases: [sentence: string, pod: DefaultedPod, ready: string, status: string, restarts: string][] = [
  ['a pod that waits for a node', pod({}, { status: { phase: 'Pending' } }), '0/1', 'Pending', '0'],
  ['a pod that is blocked by a gate', pod({}, { status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } }), '0/1', 'SchedulingGated', '0'],
  ['a pod that pulls its image', pod({}, { status: { phase: 'Pending', containerStatuses: [status('c', { waiting: { reason: 'ContainerCreating' } })] } }), '0/1', 'ContainerCreating', '0'],
  ['a pod that runs', pod({}, { status: { phase: 'Running', containerStatuses: [status('c', running)] } }), '1/1', 'Running', '0'],
  ['a pod that is done', pod({}, { status: { phase: 'Succeeded', containerStatuses: [status('c', completed)] } }), '0/1', 'Completed', '0'],
  ['a pod that has failed', pod({}, { status: { phase: 'Failed', containerStatuses: [status('c', { terminated: { exitCode: 1, reason: 'Error' } })] } }), '0/1', 'Error', '0'],
  ['a container that ended without a reason', pod({}, { status: { phase: 'Failed', containerStatuses: [status('c', { terminated: { exitCode: 3 } })] } }), '0/1', 'ExitCode:3', '0'],
  ['a container that ended by a signal', pod({}, { status: { phase: 'Failed', containerStatuses: [status('c', { terminated: { exitCode: 137, signal: 9 } })] } }), '0/1', 'Signal:9', '0'],
  [
    'a container that crashes again and again',
    pod({}, { status: { phase: 'Running', containerStatuses: [status('c', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-02T03:04:00Z' } } })] } }),
    '0/1',
    'CrashLoopBackOff',
    '3 (5s ago)',
  ],
  ['one of two containers has completed', pod(two, { status: { phase: 'Running', containerStatuses: [status('a', completed), status('b', running)], conditions: ready } }), '1/2', 'Running', '0'],
  ['one has completed and the other is not ready', pod(two, { status: { phase: 'Running', containerStatuses: [status('a', completed), status('b', running)] } }), '1/2', 'NotReady', '0'],
  ['one has completed and the other has failed', pod(two, { status: { phase: 'Failed', containerStatuses: [status('a', completed), status('b', { terminated: { exitCode: 1, reason: 'OOMKilled' } })] } }), '0/2', 'OOMKilled', '0'],
  ['the first init container runs', pod(withInit, { status: { phase: 'Pending', initContainerStatuses: [status('i', running), status('j', { waiting: { reason: 'PodInitializing' } })] } }), '0/1', 'Init:0/2', '0'],
  ['the second init container waits', pod(withInit, { status: { phase: 'Pending', initContainerStatuses: [status('i', completed), status('j', { waiting: { reason: 'PodInitializing' } })] } }), '0/1', 'Init:1/2', '0'],
  [
    'an init container crashes',
    pod(withInit, { status: { phase: 'Pending', initContainerStatuses: [status('i', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 2 })] } }),
    '0/1',
    'Init:CrashLoopBackOff',
    '2',
  ],
  ['an init container has failed', pod(withInit, { status: { phase: 'Failed', initContainerStatuses: [status('i', { terminated: { exitCode: 1 } })] } }), '0/1', 'Init:ExitCode:1', '0'],
  [
    'a sidecar counts as a container',
    pod({ initContainers: [{ name: 'i', restartPolicy: 'Always' }] }, { status: { phase: 'Running', initContainerStatuses: [status('i', running, { started: true, restartCount: 1 })], containerStatuses: [status('c', running)] } }),
    '2/2',
    'Running',
    '1',
  ],
  ['a pod that is being deleted', pod({}, { metadata: { name: 'p', deletionTimestamp: '2026-01-02T03:04:00Z' }, status: { phase: 'Running', containerStatuses: [status('c', running)] } }), '1/1', 'Terminating', '0'],
  ['a pod that is gone with its node', pod({}, { metadata: { name: 'p', deletionTimestamp: '2026-01-02T03:04:00Z' }, status: { phase: 'Running', reason: 'NodeLost' } }), '0/1', 'Unknown', '0'],
  ['an evicted pod', pod({}, { status: { phase: 'Failed', reason: 'Evicted' } }), '0/1', 'Evicted', '0'],
];

test.each(cases)('%s', (_sentence, object, expectedReady, expectedStatus, restarts) => {
  expect(row(object)).toMatchObject({ Ready: expectedReady, Status: expectedStatus, Restarts: restarts });
});

describe('wide columns', () => {
  it('show none where there is nothing', () => {
    expect(row(pod())).toMatchObject({ Age: '<unknown>', IP: '<none>', Node: '<none>', 'Nominated Node': '<none>', 'Readiness Gates': '<none>' });
  });

  it('show the address, the node and the gates', () => {
    const object = pod(
      { nodeName: 'n', readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] },
      { metadata: { name: 'p', creationTimestamp: '2026-01-02T03:02:00Z' }, status: { podIPs: [{ ip: '10.0.0.1' }], conditions: [{ type: 'x', status: 'True' }] } },
    );
    expect(row(object)).toMatchObject({ Age: '2m5s', IP: '10.0.0.1', Node: 'n', 'Readiness Gates': '1/2' });
  });
});
