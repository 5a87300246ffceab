import { afterEach, describe, expect, it } from 'vitest';
import type { coordinationV1 } from '@gantry/api-types';
import { modifiedMessage, newAlreadyExists, newConflict, newNotFound } from '@gantry/apimachinery';
import { FakeClock, onAbort } from '@gantry/async';
import type { ResourceClient } from '@gantry/client';
import type { LeaderElection } from './leader-election.js';
import { startLeaderElection } from './leader-election.js';

type Lease = coordinationV1.Lease;
const resource = { group: 'coordination.k8s.io', resource: 'leases' };

/** One lease with compare-and-swap, reached over lines that a test can cut. */
class LeaseServer {
  lease: Lease | undefined;
  #version = 0;

  line(): { cut: boolean; client: ResourceClient<Lease> } {
    const line = { cut: false, client: {} as ResourceClient<Lease> };
    const reach = <T>(signal: AbortSignal | undefined, answer: () => T): Promise<T> =>
      line.cut ? new Promise((_, reject) => onAbort(signal, reject)) : Promise.resolve().then(answer);
    line.client = {
      get: (_name, options) => reach(options?.signal, () => this.#get()),
      create: (lease, options) => reach(options?.signal, () => this.#create(lease)),
      update: (lease, options) => reach(options?.signal, () => this.#update(lease)),
    } as ResourceClient<Lease>;
    return line;
  }

  #get(): Lease {
    if (this.lease === undefined) throw newNotFound(resource, 'l');
    return structuredClone(this.lease);
  }

  #create(lease: Lease): Lease {
    if (this.lease !== undefined) throw newAlreadyExists(resource, 'l');
    return this.#store(lease);
  }

  #update(lease: Lease): Lease {
    if (lease.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion) throw newConflict(resource, 'l', modifiedMessage);
    return this.#store(lease);
  }

  #store(lease: Lease): Lease {
    this.#version += 1;
    this.lease = { ...structuredClone(lease), metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    return structuredClone(this.lease);
  }
}

const running: LeaderElection[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((election) => election.stop()));
});

/** Candidates on one clock; the transcript says who led from when to when. */
function scene() {
  const clock = new FakeClock();
  const server = new LeaseServer();
  const transcript: string[] = [];
  const candidate = (identity: string, fails = 0) => {
    const line = server.line();
    let failures = 0;
    const lead = async (signal: AbortSignal) => {
      transcript.push(`${clock.now()} ${identity} leads`);
      if (failures++ < fails) throw new Error(`${identity} cannot`);
      await new Promise<void>((resolve) => onAbort(signal, () => resolve()));
      transcript.push(`${clock.now()} ${identity} ends`);
    };
    const election = startLeaderElection({ leases: line.client, namespace: 'kube-system', name: 'l', identity, lead, clock });
    running.push(election);
    return { line, election };
  };
  return { clock, server, transcript, candidate };
}

describe('leader election', () => {
  it('gives the lease to another candidate where the work of the leader failed', async () => {
    const { clock, transcript, candidate } = scene();
    candidate('a', 1);
    await clock.advanceAndSettle(1_000);
    candidate('b');
    await clock.advanceAndSettle(10_000);
    expect(transcript).toEqual(['0 a leads', '3000 b leads']);
  });

  it('lets the only candidate try its work again where it failed', async () => {
    const { clock, server, transcript, candidate } = scene();
    candidate('a', 2);
    await clock.advanceAndSettle(20_000);
    expect(transcript).toEqual(['0 a leads', '4000 a leads', '8000 a leads']);
    expect(server.lease?.spec?.holderIdentity).toBe('a');
  });

  it('elects one of two, and the other when the first stops and gives the lease back', async () => {
    const { clock, server, transcript, candidate } = scene();
    const a = candidate('a');
    await clock.advanceAndSettle(0);
    const b = candidate('b');
    await clock.advanceAndSettle(60_000);
    expect(transcript).toEqual(['0 a leads']);
    await a.election.stop();
    expect(server.lease?.spec?.holderIdentity).toBe('');
    await clock.advanceAndSettle(2_000);
    expect(transcript).toEqual(['0 a leads', '60000 a ends', '62000 b leads']);
    expect(b.election.isLeader).toBe(true);
    expect(server.lease?.spec?.leaseTransitions).toBe(1);
  });

  it('ends the lead of one that is cut off before another begins', async () => {
    const { clock, transcript, candidate } = scene();
    const a = candidate('a');
    await clock.advanceAndSettle(0);
    candidate('b');
    await clock.advanceAndSettle(10_000);
    a.line.cut = true;
    await clock.advanceAndSettle(40_000);
    const [, ends, leads] = transcript.map((line) => Number(line.split(' ')[0]));
    expect(transcript.map((line) => line.replace(/^\d+ /, ''))).toEqual(['a leads', 'a ends', 'b leads']);
    expect(ends).toBe(20_000);
    expect(leads).toBeGreaterThan(ends ?? 0);
  });

  it('lets the one that was cut off back in only as a candidate', async () => {
    const { clock, transcript, candidate } = scene();
    const a = candidate('a');
    await clock.advanceAndSettle(0);
    const b = candidate('b');
    a.line.cut = true;
    await clock.advanceAndSettle(40_000);
    a.line.cut = false;
    await clock.advanceAndSettle(40_000);
    expect([a.election.isLeader, b.election.isLeader]).toEqual([false, true]);
    expect(transcript).toHaveLength(3);
  });

  it('stops leading at once when it reads that another holds the lease', async () => {
    const { clock, server, transcript, candidate } = scene();
    candidate('a');
    await clock.advanceAndSettle(0);
    server.lease = { metadata: { resourceVersion: 'x' }, spec: { holderIdentity: 'usurper', leaseDurationSeconds: 15 } };
    await clock.advanceAndSettle(2_000);
    expect(transcript).toEqual(['0 a leads', '2000 a ends']);
  });

  it('survives a server that does not answer at first', async () => {
    const { clock, transcript, candidate } = scene();
    const a = candidate('a');
    a.line.cut = true;
    await clock.advanceAndSettle(30_000);
    a.line.cut = false;
    await clock.advanceAndSettle(20_000);
    expect(transcript.map((line) => line.replace(/^\d+ /, ''))).toEqual(['a leads']);
  });

  it('leaves no timer behind', async () => {
    const { clock, candidate } = scene();
    const a = candidate('a');
    await clock.advanceAndSettle(5_000);
    await a.election.stop();
    await a.election.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses times under which two could lead at once', () => {
    const { server } = scene();
    const options = { leases: server.line().client, namespace: 'n', name: 'l', identity: 'a', lead: () => Promise.resolve() };
    expect(() => startLeaderElection({ ...options, renewDeadline: 15_000 })).toThrow(RangeError);
  });
});
