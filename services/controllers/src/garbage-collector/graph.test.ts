import { describe, expect, it } from 'vitest';
import type { metaV1 } from '@gantry/api-types';
import { OwnerGraph } from './graph.js';

const ref = (uid: string, blockOwnerDeletion = false): metaV1.OwnerReference => ({ apiVersion: 'v1', kind: 'K', name: uid, uid, blockOwnerDeletion });

function object(uid: string, owners: metaV1.OwnerReference[] = [], rest: metaV1.ObjectMeta = {}) {
  return { metadata: { name: uid, namespace: 'n', uid, ownerReferences: owners, ...rest } };
}

function graph() {
  const owners = new OwnerGraph();
  return { owners, see: (...args: Parameters<typeof object>) => owners.observe(object(...args), 'v1', 'K') };
}

const going = (finalizer: string): metaV1.ObjectMeta => ({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [finalizer] });

describe('OwnerGraph', () => {
  it('has nothing to do for an owner with its dependents', () => {
    const { see } = graph();
    expect(see('owner')).toEqual({ attempt: [], orphan: [] });
    expect(see('child', [ref('owner')])).toEqual({ attempt: [], orphan: [] });
  });

  it('wants the dependents of a gone owner looked at', () => {
    const { owners, see } = graph();
    see('owner');
    see('a', [ref('owner')]);
    see('b', [ref('owner')]);
    expect([...owners.remove('owner').attempt].sort()).toEqual(['a', 'b']);
  });

  it('wants an owner that nobody has shown verified, once, and no longer when it shows', () => {
    const { owners, see } = graph();
    expect(see('child', [ref('owner')]).attempt).toContain('owner');
    expect(owners.get('owner')?.virtual).toBe(true);
    expect(see('child', [ref('owner')]).attempt).toEqual([]);
    see('owner');
    expect(owners.get('owner')?.virtual).toBe(false);
    expect(owners.remove('owner').attempt).toEqual(['child']);
  });

  it('forgets a virtual owner with its last dependent', () => {
    const { owners, see } = graph();
    see('child', [ref('owner')]);
    owners.remove('child');
    expect(owners.size).toBe(0);
  });

  it('wants owner and dependents looked at when the owner goes in the foreground, and the owner again as each goes', () => {
    const { owners, see } = graph();
    see('owner');
    see('child', [ref('owner', true)]);
    expect([...see('owner', [], going('foregroundDeletion')).attempt].sort()).toEqual(['child', 'owner']);
    const node = owners.get('owner');
    expect(node && owners.blockers(node).map(({ identity }) => identity.uid)).toEqual(['child']);
    expect(owners.remove('child').attempt).toEqual(['owner']);
  });

  it('has no blocker in a dependent that does not block, and hears when one stops to', () => {
    const { owners, see } = graph();
    see('owner', [], going('foregroundDeletion'));
    see('child', [ref('owner', true)]);
    expect(see('child', [ref('owner', false)]).attempt).toContain('owner');
    const node = owners.get('owner');
    expect(node && owners.blockers(node)).toEqual([]);
  });

  it('wants dependents of an orphaning owner released', () => {
    const { see } = graph();
    see('child', [ref('owner')]);
    expect(see('owner', [], going('orphan')).orphan).toEqual(['owner']);
  });

  it('keeps an owner and its going dependent apart when the reference is taken out', () => {
    const { owners, see } = graph();
    see('owner');
    see('child', [ref('owner')]);
    see('child', []);
    expect(owners.remove('owner').attempt).toEqual([]);
  });
});
