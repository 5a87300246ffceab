import { expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import type { EvictionPlan } from './plan.js';
import { computePlan } from './plan.js';

const ADDED = Date.parse('2026-01-01T00:00:00Z');
const taint: coreV1.Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' };
const pod = (...tolerations: coreV1.Toleration[]): coreV1.Pod => ({ spec: { containers: [], tolerations } });
const now: EvictionPlan = { type: 'evict', at: Number.NEGATIVE_INFINITY };

it.each<[string, coreV1.Pod, coreV1.Taint[], EvictionPlan]>([
  ['a pod stays where nothing drives it away', pod(), [{ key: 'a', effect: 'NoSchedule' }], { type: 'stay' }],
  ['a pod that bears nothing goes at once', pod(), [taint], now],
  ['a pod that bears it for ever stays', pod({ operator: 'Exists' }), [taint], { type: 'stay' }],
  ['a pod goes when its patience since the taint is over', pod({ key: taint.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }), [taint], { type: 'evict', at: ADDED + 300_000 }],
  ['the shortest of several patiences counts', pod({ operator: 'Exists', tolerationSeconds: 60 }, { key: taint.key, operator: 'Exists', tolerationSeconds: 300 }), [taint], { type: 'evict', at: ADDED + 60_000 }],
  ['one taint that is not borne is enough', pod({ key: taint.key, operator: 'Exists' }), [taint, { key: 'b', value: 'x', effect: 'NoExecute' }], now],
  ['a value must be equal', pod({ key: 'b', operator: 'Equal', value: 'y' }), [{ key: 'b', value: 'x', effect: 'NoExecute' }], now],
  ['no patience is none', pod({ operator: 'Exists', tolerationSeconds: -1 }), [taint], { type: 'evict', at: ADDED }],
])('%s', (_name, subject, taints, plan) => {
  expect(computePlan(subject, taints, ADDED + 1000)).toEqual(plan);
});
