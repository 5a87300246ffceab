import type { coreV1 } from '@gantry/api-types';
import type { ContainerStatus, SandboxStatus } from '@gantry/container-runtime';
import { describe, expect, test } from 'vitest';
import type { Container, Pod } from '../pods/pod.js';
import { sortedWorld } from '../pods/world.js';
import { computePodActions } from './actions.js';
import type { PodActions } from './actions.js';
import { podEnd } from './pod-end.js';
import { BACKOFF_ANNOTATION, followingDelay } from './restart.js';

const NOW = 1_000_000_000;

function pod(restartPolicy: string, containers: string[], init: Container[] = []): Pod {
  return {
    metadata: { name: 'p', namespace: 'd', uid: 'u' },
    spec: { restartPolicy, containers: containers.map((name) => ({ name, image: 'i' })), initContainers: init },
  };
}

function sandbox(attempt: number, state: 'ready' | 'notready' = 'ready'): SandboxStatus {
  return { id: `s${attempt}`, metadata: { name: 'p', namespace: 'd', uid: 'u', attempt }, state, createdAt: attempt, labels: {}, annotations: {} };
}

interface Shape {
  readonly sandboxId?: string;
  readonly exitCode?: number;
  /** Milliseconds since it ended. */
  readonly ago?: number;
  readonly ran?: number;
  readonly delay?: number;
}

/** `main#2 exited`, in sandbox 0 where not said otherwise. */
function container(text: string, shape: Shape = {}): ContainerStatus {
  const [, name = '', attempt = '', state = ''] = /^(\w+)#(\d+) (\w+)$/.exec(text) ?? [];
  const finishedAt = state === 'exited' ? NOW - (shape.ago ?? 0) : 0;
  return {
    id: text, sandboxId: shape.sandboxId ?? 's0', name, attempt: Number(attempt), state: state as ContainerStatus['state'], createdAt: Number(attempt),
    startedAt: state === 'created' ? 0 : finishedAt - (shape.ran ?? 1000), finishedAt, exitCode: shape.exitCode ?? 0, reason: '', message: '', image: 'i', imageRef: '', labels: {},
    annotations: { [BACKOFF_ANNOTATION]: String(shape.delay ?? 0) }, logPath: '',
  };
}

/** The plan in words. */
function words(actions: PodActions): string[] {
  return [
    ...actions.killSandboxes.map((id) => `kill ${id}`),
    ...(actions.createSandbox === undefined ? [] : [`sandbox ${actions.createSandbox.attempt}`]),
    ...actions.stop.map(({ id }) => `stop ${id}`),
    ...actions.start.map(({ container: { name }, attempt, followingDelay: next, replaces }) => `start ${name}#${attempt} then ${next / 1000}s${replaces === undefined ? '' : ` instead of ${replaces}`}`),
    ...actions.waiting.map(({ name, until }) => `wait ${name} ${(until - NOW) / 1000}s`),
  ];
}

function debugged(subject: Pod, status?: coreV1.PodStatus): Pod {
  return { ...subject, spec: { ...subject.spec!, ephemeralContainers: [{ name: 'eye', image: 'i' }] }, ...(status === undefined ? {} : { status }) };
}

const sidecar: Container = { name: 'side', image: 'i', restartPolicy: 'Always' };
const init: Container[] = [{ name: 'one', image: 'i' }, { name: 'two', image: 'i' }];
const ready = [sandbox(0)];

type Row = [sentence: string, pod: Pod, sandboxes: SandboxStatus[], containers: ContainerStatus[], plan: string[]];

const rows: Row[] = [
  ['a new pod gets a sandbox first', pod('Always', ['a']), [], [], ['sandbox 0']],
  ['with a sandbox all containers start', pod('Always', ['a', 'b']), ready, [], ['start a#0 then 0s', 'start b#0 then 0s']],
  ['what runs is left alone', pod('Always', ['a']), ready, [container('a#0 running')], []],
  ['one that was made and not started is made again', pod('Always', ['a']), ready, [container('a#0 created')], ['start a#0 then 0s instead of a#0 created']],
  ['the first restart comes at once', pod('Always', ['a']), ready, [container('a#0 exited')], ['start a#1 then 10s']],
  ['the next ones wait', pod('Always', ['a']), ready, [container('a#1 exited', { delay: 10_000, ago: 4_000 })], ['wait a 6s']],
  ['and come when the wait is over, with twice the wait behind them', pod('Always', ['a']), ready, [container('a#1 exited', { delay: 10_000, ago: 10_000 })], ['start a#2 then 20s']],
  ['a wait is never longer than five minutes', pod('Always', ['a']), ready, [container('a#9 exited', { delay: 300_000, ago: 300_000 })], ['start a#10 then 300s']],
  ['a run of more than ten minutes forgets the wait', pod('Always', ['a']), ready, [container('a#9 exited', { delay: 300_000, ran: 600_001 })], ['start a#10 then 10s']],
  ['a run of ten minutes does not', pod('Always', ['a']), ready, [container('a#9 exited', { delay: 300_000, ran: 600_000 })], ['wait a 300s']],
  ['success is final under OnFailure', pod('OnFailure', ['a', 'b']), ready, [container('a#0 exited'), container('b#0 running')], []],
  ['failure is not', pod('OnFailure', ['a']), ready, [container('a#0 exited', { exitCode: 1 })], ['start a#1 then 10s']],
  ['any end is final under Never', pod('Never', ['a', 'b']), ready, [container('a#0 exited', { exitCode: 1 }), container('b#0 running')], []],
  ['init containers come first, one at a time', pod('Always', ['a'], init), ready, [], ['start one#0 then 0s']],
  ['the second only after the good end of the first', pod('Always', ['a'], init), ready, [container('one#0 running')], []],
  ['the second after the first', pod('Always', ['a'], init), ready, [container('one#0 exited')], ['start two#0 then 0s']],
  ['the others after the last', pod('Always', ['a'], init), ready, [container('one#0 exited'), container('two#0 exited')], ['start a#0 then 0s']],
  ['a failed one is repeated', pod('Always', ['a'], init), ready, [container('one#0 exited', { exitCode: 1 })], ['start one#1 then 10s']],
  ['they are not looked at any more once others were made', pod('Always', ['a'], init), ready, [container('a#0 running')], []],
  ['a sidecar has only to run', pod('Always', ['a'], [sidecar]), ready, [container('side#0 running')], ['start a#0 then 0s']],
  ['a sidecar comes before the others', pod('Always', ['a'], [sidecar]), ready, [], ['start side#0 then 0s']],
  ['a sidecar is restarted beside running others, whatever the policy', pod('Never', ['a'], [sidecar]), ready, [container('side#0 exited'), container('a#0 running')], ['start side#1 then 10s']],
  ['a dead sandbox is replaced', pod('Always', ['a']), [sandbox(0, 'notready')], [container('a#0 exited')], ['sandbox 1']],
  ['what still runs in a dead one is ended first', pod('Always', ['a']), [sandbox(0, 'notready')], [container('a#0 running')], ['kill s0']],
  ['in the new one a restart is counted', pod('Always', ['a']), [sandbox(0, 'notready'), sandbox(1)], [container('a#0 exited')], ['start a#1 then 10s']],
  ['in the new one no container waits, and its back-off does not grow', pod('Always', ['a']), [sandbox(0, 'notready'), sandbox(1)], [container('a#1 exited', { exitCode: 137, delay: 20_000, ago: 1000 })], ['start a#2 then 20s']],
  ['in the new one init containers run again', pod('Always', ['a'], init), [sandbox(0, 'notready'), sandbox(1)], [container('one#0 exited'), container('two#0 exited'), container('a#0 exited')], ['start one#1 then 10s']],
  ['in the new one what is through stays through', pod('OnFailure', ['a', 'b']), [sandbox(0, 'notready'), sandbox(1)], [container('a#0 exited'), container('b#0 exited', { exitCode: 137 })], ['start b#1 then 10s']],
  ['an ephemeral container comes beside what runs', debugged(pod('Always', ['a'])), ready, [container('a#0 running')], ['start eye#0 then 0s']],
  ['and beside init containers', debugged(pod('Always', ['a'], init)), ready, [container('one#0 running')], ['start eye#0 then 0s']],
  ['it waits for a sandbox', debugged(pod('Always', ['a'])), [], [], ['sandbox 0']],
  ['it is started once, whatever the policy', debugged(pod('Always', ['a'])), ready, [container('a#0 running'), container('eye#0 exited', { exitCode: 1 })], []],
  ['also when the sandbox is another', debugged(pod('Always', ['a'])), [sandbox(0, 'notready'), sandbox(1)], [container('a#1 running', { sandboxId: 's1' }), container('eye#0 exited')], []],
  ['one that was made and not started is made again', debugged(pod('Always', ['a'])), ready, [container('a#0 running'), container('eye#0 created')], ['start eye#0 then 0s instead of eye#0 created']],
  ['one that the runtime has lost stays lost', debugged(pod('Always', ['a']), { ephemeralContainerStatuses: [{ name: 'eye', image: 'i', imageID: '', ready: false, restartCount: 0, containerID: 'docker://lost' }] }), ready, [container('a#0 running')], []],
  ['of two ready sandboxes the newest stays', pod('Always', ['a']), [sandbox(0), sandbox(1)], [container('a#0 running', { sandboxId: 's1' })], ['kill s0']],
];

describe('the actions for a pod', () => {
  test.each(rows)('%s', (_, subject, sandboxes, containers, plan) => {
    expect(words(computePodActions(subject, sortedWorld(sandboxes, containers), NOW))).toEqual(plan);
  });

  test('a start that the runtime has lost is counted where the API knows of it', () => {
    const known = { name: 'a', image: 'i', imageID: '', ready: true, restartCount: 4, containerID: 'docker://lost' };
    const subject: Pod = { ...pod('Always', ['a']), status: { containerStatuses: [known] } };
    expect(words(computePodActions(subject, sortedWorld(ready, []), NOW))).toEqual(['start a#5 then 0s']);
  });

  test('the time of the next look is the earliest end of a wait', () => {
    const world = sortedWorld(ready, [container('a#1 exited', { delay: 10_000, ago: 1_000 }), container('b#1 exited', { delay: 10_000, ago: 7_000 })]);
    expect(computePodActions(pod('Always', ['a', 'b']), world, NOW).wakeAt).toBe(NOW + 3_000);
  });
});

describe('the end of a pod', () => {
  test.each([
    ['never comes under Always', pod('Always', ['a']), [container('a#0 exited')], undefined],
    ['is good when all ended well', pod('Never', ['a', 'b']), [container('a#0 exited'), container('b#0 exited')], 'Succeeded'],
    ['is bad when one did not', pod('Never', ['a', 'b']), [container('a#0 exited'), container('b#0 exited', { exitCode: 1 })], 'Failed'],
    ['waits for all', pod('Never', ['a', 'b']), [container('a#0 exited', { exitCode: 1 }), container('b#0 running')], undefined],
    ['does not come while one is to be repeated', pod('OnFailure', ['a']), [container('a#0 exited', { exitCode: 1 })], undefined],
    ['comes with a failed init container under Never', pod('Never', ['a'], init), [container('one#0 exited', { exitCode: 1 })], 'Failed'],
    ['does not come with it elsewhere', pod('OnFailure', ['a'], init), [container('one#0 exited', { exitCode: 1 })], undefined],
    ['does not wait for ephemeral containers', debugged(pod('Never', ['a'])), [container('a#0 exited'), container('eye#0 running')], 'Succeeded'],
    ['does not wait for sidecars', pod('Never', ['a'], [sidecar]), [container('a#0 exited'), container('side#0 running')], 'Succeeded'],
  ] as const)('%s', (_, subject, containers, end) => {
    expect(podEnd(subject, sortedWorld(ready, containers))).toBe(end);
  });
});

test('waits double from ten seconds to five minutes', () => {
  const waits = [0];
  while (waits.length < 9) waits.push(followingDelay(waits.at(-1) ?? 0));
  expect(waits.map((wait) => wait / 1000)).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});
