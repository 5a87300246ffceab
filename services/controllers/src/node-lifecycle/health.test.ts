import { describe, expect, it } from 'vitest';
import type { coordinationV1, coreV1 } from '@gantry/api-types';
import { DEFAULT_HEALTH_TIMES, lostConditions, observe, untilLost } from './health.js';
import { computeTaints } from './taints.js';

const NOW = Date.parse('2026-01-01T00:10:00Z');

function node(ready: string | undefined, rest: { taints?: coreV1.Taint[]; unschedulable?: boolean; heartbeat?: string; conditions?: coreV1.NodeCondition[] } = {}): coreV1.Node {
  const { taints, unschedulable, heartbeat = '2026-01-01T00:00:00Z', conditions = [] } = rest;
  const own: coreV1.NodeCondition[] = ready === undefined ? [] : [{ type: 'Ready', status: ready, reason: 'KubeletReady', lastHeartbeatTime: heartbeat }];
  return { metadata: { name: 'n1', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { taints, unschedulable }, status: { conditions: [...own, ...conditions] } };
}

const lease = (renewTime: string): coordinationV1.Lease => ({ spec: { renewTime } });

describe('signs of life', () => {
  it('a lease that is renewed keeps a node alive, however wrong the clock of the node is', () => {
    const first = observe(node('True'), lease('1999-01-01T00:00:00.000000Z'), undefined, 0);
    const silent = observe(node('True'), lease('1999-01-01T00:00:00.000000Z'), first, 39_000);
    expect(untilLost(node('True'), silent, DEFAULT_HEALTH_TIMES, 39_000)).toBe(1000);
    const renewed = observe(node('True'), lease('1999-01-01T00:00:10.000000Z'), silent, 39_000);
    expect(untilLost(node('True'), renewed, DEFAULT_HEALTH_TIMES, 39_000)).toBe(40_000);
  });

  it('so does a heartbeat in the status', () => {
    const first = observe(node('True'), undefined, undefined, 0);
    expect(observe(node('True', { heartbeat: '2026-01-01T00:05:00Z' }), undefined, first, 20_000).at).toBe(20_000);
  });

  it('a controller that just started has watched nothing yet, and counts no node as lost', () => {
    const life = observe(node('True'), lease('2000-01-01T00:00:00.000000Z'), undefined, 5_000);
    expect(untilLost(node('True'), life, DEFAULT_HEALTH_TIMES, 5_000)).toBe(40_000);
  });

  it('a node that never reported has longer', () => {
    const life = observe(node(undefined), undefined, undefined, 0);
    expect(untilLost(node(undefined), life, DEFAULT_HEALTH_TIMES, 0)).toBe(60_000);
  });
});

describe('lostConditions', () => {
  it('are unknown for all that the kubelet reports', () => {
    const conditions = lostConditions(node('True', { conditions: [{ type: 'Custom', status: 'True' }] }), NOW);
    expect(conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['Custom', 'True', undefined, undefined],
      ['Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
      ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
      ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
    ]);
    expect(conditions?.[1]).toMatchObject({ lastHeartbeatTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:10:00Z' });
  });

  it('are written once', () => {
    const lost = node('True');
    const once = { ...lost, status: { conditions: lostConditions(lost, NOW) } };
    expect(lostConditions(once, NOW + 60_000)).toBeUndefined();
  });
});

describe('computeTaints', () => {
  const keys = (taints: coreV1.Taint[] | undefined) => taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);

  it.each<[string, coreV1.Node, string[] | undefined]>([
    ['none for a ready node', node('True'), undefined],
    ['not-ready for one that says so', node('False'), ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['unreachable for one that is lost', node('Unknown'), ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    ['unschedulable for one that is cordoned', node('True', { unschedulable: true }), ['unschedulable:NoSchedule']],
    ['a pressure', node('True', { conditions: [{ type: 'DiskPressure', status: 'True' }] }), ['disk-pressure:NoSchedule']],
    ['one kind replaces the other, and the taints of others stay', node('False', { taints: [{ key: 'mine', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }), ['mine:NoSchedule', 'not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['all go when the node is back', node('True', { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }), []],
    ['nothing to do where they are set', node('False', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }), undefined],
  ])('%s', (_name, subject, expected) => {
    expect(keys(computeTaints(subject, NOW))).toEqual(expected);
  });
});
