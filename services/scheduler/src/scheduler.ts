import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import type { Clock, Logger } from '@gantry/async';
import type { Client } from '@gantry/client';
import type { EventRecorder } from '@gantry/controller';
import { bind, writeUnschedulable } from './binding/bind.js';
import { refusalMessage, refusingPlugins } from './cycle/refusal-message.js';
import type { ScheduleResult } from './cycle/schedule.js';
import { SchedulingCycle } from './cycle/schedule.js';
import { filters } from './filters.js';
import { hasEnded, needsNode } from './pods/eligibility.js';
import type { PodFacts } from './pods/pod-facts.js';
import { podFacts } from './pods/pod-facts.js';
import { mayBeResized } from './pods/requests.js';
import { nodeChanges } from './queue/cluster-events.js';
import { SchedulingQueue } from './queue/scheduling-queue.js';
import { scores } from './scores.js';
import { ClusterCache } from './snapshot/cluster-cache.js';

export interface SchedulerMetrics {
  /** One attempt to place a pod: how it ended, and how long the algorithm took. */
  attempted(outcome: 'scheduled' | 'unschedulable' | 'error', milliseconds: number): void;
  /** Says where to read how many pods wait in which queue: `active`, `backoff`, `unschedulable`. */
  pending(read: () => Readonly<Record<string, number>>): void;
}

export interface SchedulerParts {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly schedulerName: string;
  readonly metrics?: SchedulerMetrics;
}

/** Writes that may be on their way at once; the loop waits beyond that. */
const WRITES_AT_ONCE = 256;
/** Milliseconds after which the loop lets others have their turn: events, answers, health checks. */
const LONGEST_TURN = 5;

type Refused = Extract<ScheduleResult, { type: 'refused' }>;

/** Feeds what is seen to cache and queue, takes pods from the queue, one at a time, and binds them in the background. */
export class Scheduler {
  readonly queue: SchedulingQueue;
  readonly cache: ClusterCache;
  readonly #cycle = new SchedulingCycle({ filters, scores });
  readonly #writes = new Set<Promise<void>>();

  constructor(private readonly parts: SchedulerParts) {
    this.queue = new SchedulingQueue(parts.clock);
    this.cache = new ClusterCache(parts.clock);
    parts.metrics?.pending(() => {
      const { active, backoff, refused } = this.queue.counts();
      return { active, backoff, unschedulable: refused };
    });
  }

  podSeen(pod: coreV1.Pod, before?: coreV1.Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    const node = pod.spec?.nodeName ?? '';
    if (hasEnded(pod)) return this.podGone(pod);
    if (node !== '') {
      this.queue.remove(uid);
      if (before?.spec?.nodeName !== node || mayBeResized(pod) || !deepEqual(before.spec, pod.spec)) this.#placed(podFacts(pod), node);
    } else if (!needsNode(pod, this.parts.schedulerName)) this.queue.remove(uid);
    else if (!this.cache.isPlaced(uid)) this.queue.set(podFacts(pod), before === undefined || !deepEqual(before.spec, pod.spec) || !deepEqual(before.metadata?.labels, pod.metadata?.labels));
  }

  #placed(facts: PodFacts, node: string): void {
    const before = this.cache.setPod(facts, node);
    if (before !== undefined && (facts.cpu < before.cpu || facts.memory < before.memory)) this.queue.happened('podShrunk');
  }

  podGone(pod: coreV1.Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    this.queue.remove(uid);
    if (!this.cache.isPlaced(uid)) return;
    this.cache.removePod(uid);
    this.queue.happened('podGone');
  }

  nodeSeen(node: coreV1.Node, before?: coreV1.Node): void {
    const events = before === undefined ? (['nodeAdded'] as const) : nodeChanges(before, node);
    this.cache.setNode(node);
    for (const event of events) this.queue.happened(event);
  }

  nodeGone(node: coreV1.Node): void {
    this.cache.removeNode(node.metadata?.name ?? '');
  }

  /** Schedules until aborted; then waits for bindings that are on their way. */
  async run(signal: AbortSignal): Promise<void> {
    for (let turn = this.#now(); ; ) {
      const facts = await this.queue.take(signal);
      if (facts === undefined) break;
      this.#tryOne(facts);
      if (this.#writes.size >= WRITES_AT_ONCE) await Promise.race(this.#writes);
      if (this.#now() - turn < LONGEST_TURN) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = this.#now();
    }
    await Promise.all(this.#writes);
    this.queue.close();
    this.cache.close();
  }

  #now(): number {
    return this.parts.clock.monotonic();
  }

  /** A pod that cannot be judged, for what it asks for makes no sense, must not keep all others from their nodes. */
  #tryOne(facts: PodFacts): void {
    try {
      this.#scheduleOne(facts);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.parts.logger.error({ pod: facts.key, error: String(error) }, 'a pod could not be judged');
      this.parts.metrics?.attempted('error', 0);
      this.parts.recorder.event(reference(facts), { type: 'Warning', reason: 'FailedScheduling', message, action: 'Scheduling' });
      this.queue.retry(facts.uid);
    }
  }

  #scheduleOne(facts: PodFacts): void {
    const start = this.#now();
    const result = this.#cycle.schedule(facts, this.cache.nodes);
    const outcome = result.type === 'fits' ? 'scheduled' : 'unschedulable';
    this.parts.metrics?.attempted(outcome, this.#now() - start);
    if (result.type === 'refused') return this.#refused(facts, result);
    this.cache.assume(facts, result.node);
    this.#background(this.#bind(facts, result.node));
  }

  async #bind(facts: PodFacts, node: string): Promise<void> {
    const { client, recorder, logger } = this.parts;
    try {
      await bind(client, facts, node);
      this.cache.bound(facts.uid);
      this.queue.remove(facts.uid);
      const message = `Successfully assigned ${facts.key} to ${node}`;
      recorder.event(reference(facts), { type: 'Normal', reason: 'Scheduled', message, action: 'Binding' });
    } catch (error) {
      logger.debug({ pod: facts.key, node, error: String(error) }, 'binding failed');
      this.parts.metrics?.attempted('error', 0);
      this.cache.forget(facts.uid);
      this.queue.retry(facts.uid);
      this.queue.happened('podGone');
    }
  }

  #refused(facts: PodFacts, { refusals }: Refused): void {
    const { client, recorder, clock } = this.parts;
    const message = refusalMessage(refusals, facts.pod.spec?.preemptionPolicy);
    this.queue.refuse(facts.uid, refusingPlugins(refusals));
    recorder.event(reference(facts), { type: 'Warning', reason: 'FailedScheduling', message, action: 'Scheduling' });
    this.#background(writeUnschedulable(client, facts, message, clock.now()));
  }

  #background(work: Promise<void>): void {
    const write = work
      .catch((error: unknown) => this.parts.logger.debug({ error: String(error) }, 'could not write the outcome of a scheduling attempt'))
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }
}

function reference({ pod }: PodFacts): coreV1.ObjectReference {
  const { namespace, name, uid, resourceVersion } = pod.metadata ?? {};
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion };
}
