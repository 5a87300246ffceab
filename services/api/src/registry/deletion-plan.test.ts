import type { KindDescriptor, ResourceObject } from '@gantry/resources';
import { describe, expect, it } from 'vitest';
import { planDeletion } from './deletion-plan.js';
import type { DeletionPlan, DeletionWish } from './deletion-plan.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const nothing: DeletionWish = { gracePeriodSeconds: undefined, propagationPolicy: undefined };
const plain = { strategy: {} } as KindDescriptor;
const graceful = { strategy: { gracePeriodSeconds: (_object: ResourceObject, requested?: number) => requested ?? 30 } } as KindDescriptor;
const withSpecFinalizers = { strategy: {}, specFinalizers: true } as KindDescriptor;

function object(metadata: ResourceObject['metadata'] = {}, spec: object = {}): ResourceObject {
  return { kind: 'K', apiVersion: 'v1', metadata: { name: 'x', ...metadata }, spec };
}

/** The plan as one line. */
function told(plan: DeletionPlan): string {
  if (plan.action !== 'mark') return plan.action;
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers, generation } = plan.object.metadata;
  const parts = [deletionTimestamp?.slice(11, 19), deletionGracePeriodSeconds, finalizers?.join('+'), generation === undefined ? undefined : `generation ${String(generation)}`, (plan.object['status'] as { phase?: string } | undefined)?.phase];
  return `mark ${parts.filter((part) => part !== undefined).join(' ')}`;
}

const deleting = { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 };

describe('a delete', () => {
  it.each<[string, KindDescriptor, ResourceObject, Partial<DeletionWish>, string]>([
    ['removes what nothing holds', plain, object(), {}, 'remove'],
    ['marks what a finalizer holds', plain, object({ finalizers: ['f'], generation: 1 }), {}, 'mark 00:00:00 0 f generation 2'],
    ['adds the finalizer of its policy', plain, object(), { propagationPolicy: 'Foreground' }, 'mark 00:00:00 0 foregroundDeletion'],
    ['replaces one policy by another', plain, object({ finalizers: ['f', 'orphan'] }), { propagationPolicy: 'Foreground' }, 'mark 00:00:00 0 f+foregroundDeletion'],
    ['in the background takes policies off', plain, object({ finalizers: ['orphan'] }), { propagationPolicy: 'Background' }, 'remove'],
    ['gives grace where the kind has it', graceful, object(), {}, 'mark 00:00:30 30'],
    ['with a grace of zero removes', graceful, object(), { gracePeriodSeconds: 0 }, 'remove'],
    ['with a grace of zero waits for finalizers', graceful, object({ finalizers: ['f'] }), { gracePeriodSeconds: 0 }, 'mark 00:00:00 0 f'],
    ['marks what holds itself by its spec', withSpecFinalizers, object({}, { finalizers: ['kubernetes'] }), {}, 'mark 00:00:00 Terminating'],
    ['removes what no longer holds itself', withSpecFinalizers, object({}, { finalizers: [] }), {}, 'remove'],
    ['again waits while finalizers hold', plain, object({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, finalizers: ['f'] }), {}, 'wait'],
    ['again waits while grace runs', graceful, object(deleting), {}, 'wait'],
    ['again does not lengthen the grace', graceful, object(deleting), { gracePeriodSeconds: 60 }, 'wait'],
    ['again shortens the grace', graceful, object(deleting), { gracePeriodSeconds: 10 }, 'mark 00:00:10 10'],
    ['again with a grace that is over already leaves one second', graceful, object({ deletionTimestamp: '2026-01-01T00:00:15Z', deletionGracePeriodSeconds: 30 }), { gracePeriodSeconds: 5 }, 'mark 00:00:00 1'],
    ['again with a grace of zero removes', graceful, object(deleting), { gracePeriodSeconds: 0 }, 'remove'],
    ['again may change the policy', plain, object({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['orphan'] }), { propagationPolicy: 'Foreground' }, 'mark 00:00:00 foregroundDeletion'],
  ])('%s', (_what, kind, given, wish, expected) => {
    const before = JSON.stringify(given);
    expect(told(planDeletion(kind, given, { ...nothing, ...wish }, NOW))).toBe(expected);
    expect(JSON.stringify(given)).toBe(before);
  });
});
