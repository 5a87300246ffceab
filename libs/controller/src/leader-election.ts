import type { coordinationV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Clock, Logger } from '@gantry/async';
import { delay, silentLogger, systemClock, withTimeout } from '@gantry/async';
import type { ResourceClient } from '@gantry/client';
import type { Observation } from './election.js';
import { decide, observe, released } from './election.js';

/** Times in milliseconds. `renewDeadline` must be under `leaseDuration`: a leader gives up before another may begin. */
export interface LeaderElectionTimes {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

const DEFAULT_ELECTION_TIMES: LeaderElectionTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 };

export interface LeaderElectionOptions extends Partial<LeaderElectionTimes> {
  /** The Leases of the namespace that the lease is in. */
  readonly leases: ResourceClient<coordinationV1.Lease>;
  readonly namespace: string;
  readonly name: string;
  /** Unique among all candidates, also across restarts. */
  readonly identity: string;
  /**
   * Runs while leading; its signal is aborted when the lead is lost, and the next election waits until it has ended. Where it
   * rejects the lease is given back: another candidate leads, or this one once more.
   */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export interface LeaderElection {
  readonly isLeader: boolean;
  /** Ends the lead, waits for it, gives the lease back. Idempotent. */
  stop(): Promise<void>;
}

class Elector implements LeaderElection {
  isLeader = false;
  #observation: Observation | undefined;
  #lease: coordinationV1.Lease | undefined;
  readonly #stop = new AbortController();
  readonly #times: LeaderElectionTimes;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ended: Promise<void>;

  constructor(private readonly options: LeaderElectionOptions) {
    this.#times = { ...DEFAULT_ELECTION_TIMES, ...definedTimes(options) };
    if (this.#times.renewDeadline >= this.#times.leaseDuration) throw new RangeError('renewDeadline must be under leaseDuration');
    this.#clock = options.clock ?? systemClock;
    this.#logger = (options.logger ?? silentLogger).child({ lease: `${options.namespace}/${options.name}` });
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('leader election stops'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const started = this.#clock.monotonic();
      if (await this.#try(this.#times.renewDeadline)) await this.#term(started);
      else await this.#pause();
    }
  }

  /** One term of office: leads and renews until it could not for `renewDeadline`, counted from when the last good attempt began. */
  async #term(claimed: number): Promise<void> {
    const term = new AbortController();
    this.isLeader = true;
    this.#logger.info({ identity: this.options.identity }, 'became leader');
    const lead = this.options.lead(term.signal).catch((error: unknown) => this.#leadFailed(error, term));
    await this.#renew(claimed, term.signal);
    const failed = term.signal.aborted;
    this.isLeader = false;
    term.abort(new Error('no longer the leader'));
    this.#logger.info({ identity: this.options.identity }, 'stopped leading');
    await lead;
    if (failed || this.#stop.signal.aborted) await this.#release();
    // Others have their chance before the same is tried again here.
    if (failed) await this.#pause();
  }

  async #renew(claimed: number, term: AbortSignal): Promise<void> {
    for (let deadline = claimed + this.#times.renewDeadline; ; ) {
      await this.#pause(deadline - this.#clock.monotonic());
      const started = this.#clock.monotonic();
      if (started >= deadline || term.aborted || this.#stop.signal.aborted) return;
      if (await this.#try(deadline - started)) deadline = started + this.#times.renewDeadline;
      else if (this.#otherHolds()) return;
    }
  }

  #otherHolds(): boolean {
    const holder = this.#lease?.spec?.holderIdentity;
    return holder !== undefined && holder !== '' && holder !== this.options.identity;
  }

  #pause(limit = Number.POSITIVE_INFINITY): Promise<void> {
    return delay(this.#clock, Math.min(limit, this.#times.retryPeriod), this.#stop.signal).catch(() => undefined);
  }

  /** Whether the lease is ours after this attempt. A failure of any sort is a no. */
  async #try(limit: number): Promise<boolean> {
    try {
      return await withTimeout(this.#clock, limit, this.#stop.signal, (signal) => this.#attempt(signal));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#logger.debug({ error: String(error) }, 'could not take or renew the lease');
      return false;
    }
  }

  async #attempt(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#read(signal);
    this.#lease = lease;
    if (lease !== undefined) this.#observation = observe(lease, this.#observation, this.#clock.monotonic());
    const now = this.#clock.monotonic();
    const { identity } = this.options;
    const decision = decide({ identity, leaseDuration: this.#times.leaseDuration }, lease?.spec, this.#observation?.at ?? now, now, this.#clock.now());
    if (decision.type === 'wait') return false;
    this.#lease = await this.#write(lease, decision.spec, signal);
    return true;
  }

  async #read(signal: AbortSignal): Promise<coordinationV1.Lease | undefined> {
    try {
      return await this.options.leases.get(this.options.name, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** The resourceVersion in the lease is the fence: of two that claim at once, one is refused. */
  #write(lease: coordinationV1.Lease | undefined, spec: coordinationV1.LeaseSpec, signal?: AbortSignal): Promise<coordinationV1.Lease> {
    const { leases, name, namespace } = this.options;
    if (lease !== undefined) return leases.update({ ...lease, spec }, { signal });
    return leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec }, { signal });
  }

  async #release(): Promise<void> {
    const lease = this.#lease;
    if (lease?.spec?.holderIdentity !== this.options.identity) return;
    await withTimeout(this.#clock, this.#times.retryPeriod, undefined, (signal) => this.#write(lease, released(lease.spec ?? {}, this.#clock.now()), signal)).catch((error: unknown) =>
      this.#logger.debug({ error: String(error) }, 'could not give the lease back'),
    );
  }

  /** Who does not work must not go on holding the lease. */
  #leadFailed(error: unknown, term: AbortController): void {
    if (term.signal.aborted) return;
    this.#logger.error({ error: String(error) }, 'the leading work failed');
    term.abort(error);
  }
}

function definedTimes(options: Partial<LeaderElectionTimes>): Partial<LeaderElectionTimes> {
  const { leaseDuration, renewDeadline, retryPeriod } = options;
  return Object.fromEntries(Object.entries({ leaseDuration, renewDeadline, retryPeriod }).filter(([, value]) => value !== undefined));
}

/** Runs for leader on a Lease until stopped; leads again after a lost lead. */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  return new Elector(options);
}
