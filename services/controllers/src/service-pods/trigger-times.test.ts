import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { TriggerTimes, withTriggerTime } from './trigger-times.js';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const service: coreV1.Service = { metadata: { name: 's', creationTimestamp: at(1) } };
const pod = (name: string, readySince: number): coreV1.Pod => ({ metadata: { name }, status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(readySince) }] } });

describe('trigger times', () => {
  it('begin with the service', () => {
    expect(new TriggerTimes().look('k', service, [pod('a', 5)])).toBe(at(1));
  });

  it('are those of the earliest change since the last look', () => {
    const times = new TriggerTimes();
    times.look('k', service, [pod('a', 5)]);
    expect(times.look('k', service, [pod('a', 5)])).toBeUndefined();
    expect(times.look('k', service, [pod('a', 9), pod('b', 7)])).toBe(at(7));
    expect(times.look('k', service, [pod('a', 9)])).toBeUndefined();
    expect(times.look('k', service, [pod('a', 8)])).toBeUndefined();
  });

  it('begin anew with a service that was forgotten', () => {
    const times = new TriggerTimes();
    times.look('k', service, []);
    times.forget('k');
    expect(times.look('k', service, [pod('a', 9)])).toBe(at(1));
  });

  it('go from the annotations where none is known', () => {
    const before = withTriggerTime({ x: 'y' }, at(3));
    expect(before).toEqual({ x: 'y', 'endpoints.kubernetes.io/last-change-trigger-time': at(3) });
    expect(withTriggerTime(before, undefined)).toEqual({ x: 'y' });
  });
});
