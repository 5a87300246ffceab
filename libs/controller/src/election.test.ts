import { describe, expect, it } from 'vitest';
import { decide, observe, released } from './election.js';

const me = { identity: 'me', leaseDuration: 15_000 };
const held = { holderIdentity: 'other', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z', leaseTransitions: 4 };
const wall = Date.parse('2026-01-01T01:00:00Z');

describe('decide', () => {
  it('creates the first lease without counting a transition', () => {
    expect(decide(me, undefined, 0, 0, wall)).toEqual({
      type: 'claim',
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: '2026-01-01T01:00:00.000000Z', renewTime: '2026-01-01T01:00:00.000000Z', leaseTransitions: 0 },
    });
  });

  it('waits while another was seen to renew within the duration that it declared, whatever the wall clock says', () => {
    expect(decide(me, held, 1000, 15_999, wall)).toEqual({ type: 'wait', holder: 'other' });
  });

  it('takes over a lease that it watched unchanged for the whole duration', () => {
    expect(decide(me, held, 1000, 16_000, wall)).toMatchObject({ type: 'claim', spec: { holderIdentity: 'me', leaseTransitions: 5 } });
  });

  it('renews its own lease and keeps when it was acquired', () => {
    const own = { ...held, holderIdentity: 'me', acquireTime: '2025-12-31T00:00:00.000000Z' };
    expect(decide(me, own, 0, 1, wall)).toMatchObject({
      type: 'claim',
      spec: { acquireTime: '2025-12-31T00:00:00.000000Z', renewTime: '2026-01-01T01:00:00.000000Z', leaseTransitions: 4 },
    });
  });

  it('takes a lease that was given back at once', () => {
    expect(decide(me, released(held, wall), 0, 0, wall)).toMatchObject({ type: 'claim', spec: { holderIdentity: 'me', leaseTransitions: 5 } });
  });
});

describe('observe', () => {
  it('keeps the time of the first sight of an unchanged lease, and starts anew with each change', () => {
    const lease = { metadata: { resourceVersion: '5' }, spec: held };
    const first = observe(lease, undefined, 100);
    expect(observe(lease, first, 200)).toBe(first);
    expect(observe({ ...lease, metadata: { resourceVersion: '6' } }, first, 200).at).toBe(200);
  });
});
