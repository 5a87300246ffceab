import type { coordinationV1 } from '@gantry/api-types';
import { formatMicroTime } from './time.js';

/** Who is running for leader, and how long its claim holds. Milliseconds. */
export interface Candidate {
  readonly identity: string;
  readonly leaseDuration: number;
}

/** The lease as this candidate last saw it change, and when on its own clock: other machines' clocks are never compared. */
export interface Observation {
  readonly key: string;
  readonly at: number;
}

export type Decision =
  /** Another holds it. */
  | { readonly type: 'wait'; readonly holder: string }
  /** Write this spec: it takes, or renews, the lease. */
  | { readonly type: 'claim'; readonly spec: coordinationV1.LeaseSpec };

/** What makes two sights of a lease the same: a renewal changes it. */
export function observe(lease: coordinationV1.Lease, previous: Observation | undefined, monotonic: number): Observation {
  const { holderIdentity, renewTime, leaseTransitions } = lease.spec ?? {};
  const key = JSON.stringify([holderIdentity, renewTime, leaseTransitions, lease.metadata?.resourceVersion]);
  return previous?.key === key ? previous : { key, at: monotonic };
}

function claim(candidate: Candidate, wall: number, previous: coordinationV1.LeaseSpec | undefined): coordinationV1.LeaseSpec {
  const now = formatMicroTime(wall);
  const kept = previous?.holderIdentity === candidate.identity;
  return {
    ...previous,
    holderIdentity: candidate.identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(candidate.leaseDuration / 1000)),
    acquireTime: kept ? (previous.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: previous === undefined || kept ? (previous?.leaseTransitions ?? 0) : (previous.leaseTransitions ?? 0) + 1,
  };
}

/**
 * Whether the candidate may write the lease now. It may when nobody holds it, when it holds it itself, or when it has watched it
 * unchanged for the whole duration that the holder declared.
 */
export function decide(candidate: Candidate, spec: coordinationV1.LeaseSpec | undefined, observedAt: number, monotonic: number, wall: number): Decision {
  const holder = spec?.holderIdentity ?? '';
  const lifetime = (spec?.leaseDurationSeconds ?? 0) * 1000 || candidate.leaseDuration;
  const held = holder !== '' && holder !== candidate.identity && monotonic - observedAt < lifetime;
  return held ? { type: 'wait', holder } : { type: 'claim', spec: claim(candidate, wall, spec) };
}

/** The lease given back: the next candidate need not wait. */
export function released(spec: coordinationV1.LeaseSpec, wall: number): coordinationV1.LeaseSpec {
  const now = formatMicroTime(wall);
  return { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions: spec.leaseTransitions ?? 0 };
}
