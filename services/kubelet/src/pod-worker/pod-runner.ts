import type { ReconcileResult } from '@gantry/controller';
import type { PodOperation } from '../metrics/kubelet-metrics.js';
import { identityOf, isTerminalPhase } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { anyAlive, isEmpty, readWorld } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { ContainerHealth } from '../probes/health.js';
import type { WaitingReason } from '../status/container-status.js';
import { podStatus } from '../status/pod-status.js';
import { asSeen } from '../status/status-writer.js';
import { deadlineVerdict } from './deadline.js';
import { earliest } from './dependencies.js';
import type { WorkerDependencies } from './dependencies.js';
import { deleteObject, releaseSandboxes, removeRemains, terminatePod } from './end-step.js';
import { nextLifecycle } from './lifecycle.js';
import type { Lifecycle } from './lifecycle.js';
import { podEnd } from './pod-end.js';
import { podIpOf } from './pod-ip.js';
import { newRecord } from './record.js';
import type { PodRecord } from './record.js';
import { GRACE_ANNOTATION } from './sandbox-step.js';
import { syncPod } from './sync-step.js';
import type { SyncResult } from './sync-step.js';
import { readTerminationMessages } from './termination-message.js';

const ORPHAN_GRACE_SECONDS = 30;
const NOTHING_WAITS: ReadonlyMap<string, WaitingReason> = new Map();

/** Moves pods, each one step a call. Calls for one uid never overlap (the work queue's doing). */
export class PodRunner {
  readonly #records = new Map<string, PodRecord>();

  constructor(private readonly deps: WorkerDependencies) {}

  /** Looks at one pod: what the API wants, what the runtime has, where it stands; and moves it one step. */
  async reconcile(uid: string): Promise<ReconcileResult | undefined> {
    const pod = this.deps.source.get(uid);
    const world = await readWorld(this.deps.runtime, uid);
    if (pod === undefined && isEmpty(world)) return this.#forget(uid);
    const record = this.#record(uid);
    const before = record.pod;
    record.pod = pod ?? record.pod;
    this.#watch(record, world);
    this.#judge(record, pod);
    record.lifecycle = nextLifecycle(record.lifecycle, this.#facts(record, pod, world));
    const started = performance.now();
    const result = await this.#step(uid, record, before, pod, world);
    this.deps.metrics?.worked(operationOf(record, world), performance.now() - started);
    return result;
  }

  async #step(uid: string, record: PodRecord, before: Pod | undefined, pod: Pod | undefined, world: PodWorld): Promise<ReconcileResult | undefined> {
    switch (record.lifecycle.state) {
      case 'syncing': return pod === undefined ? undefined : this.#sync(uid, record, before, pod, world);
      case 'terminating': return this.#terminate(uid, record, pod, world, record.lifecycle);
      case 'terminated': return this.#settle(uid, record, pod, world);
      case 'finished': return undefined;
    }
  }

  async #sync(uid: string, record: PodRecord, before: Pod | undefined, wanted: Pod, world: PodWorld): Promise<ReconcileResult | undefined> {
    const allocated = this.deps.allocations.look(before, wanted, world);
    // Told before it is done: whoever finds it half done does it again.
    const pod = allocated.isUntold ? asSeen(await this.#report(record, wanted, world, false, record.waiting), wanted) : wanted;
    this.deps.allocations.told(uid);
    const result = await syncPod(this.deps, record, allocated.pod, world, this.#healthOf(record));
    const after = result.changed ? await readWorld(this.deps.runtime, uid) : world;
    this.deps.allocations.settle(pod, after);
    this.#watch(record, after);
    record.waiting = waitingReasons(record, result);
    await this.#report(record, pod, after, false, record.waiting, result.ip);
    if (result.changed) return { requeueAfter: 0 };
    return this.#wakeAt(earliest([result.wakeAt, deadlineVerdict(pod, this.deps.clock.now()).at]));
  }

  async #terminate(uid: string, record: PodRecord, pod: Pod | undefined, world: PodWorld, lifecycle: Lifecycle & { state: 'terminating' }): Promise<ReconcileResult | undefined> {
    terminatePod(this.deps, record, uid, world, lifecycle);
    this.#watch(record, world);
    if (pod !== undefined) await this.#report(record, pod, world, false);
    return anyAlive(world) ? undefined : { requeueAfter: 0 };
  }

  /** Nothing runs. The remains go with the object, and the object only after them. */
  async #settle(uid: string, record: PodRecord, pod: Pod | undefined, world: PodWorld): Promise<ReconcileResult | undefined> {
    await releaseSandboxes(this.deps, uid, world);
    this.deps.sources.release(uid);
    await this.deps.volumes.tearDown(uid);
    if (pod !== undefined) await this.#report(record, pod, world, true);
    this.deps.allocations.release(uid);
    if (pod !== undefined && pod.metadata?.deletionTimestamp === undefined) return undefined;
    await removeRemains(this.deps, uid, world);
    if (pod !== undefined) await deleteObject(this.deps, pod);
    record.lifecycle = nextLifecycle(record.lifecycle, { ...this.#facts(record, pod, world), gone: true });
    return pod === undefined ? { requeueAfter: 0 } : undefined;
  }

  /** Returns the object as it is then. */
  async #report(record: PodRecord, pod: Pod, world: PodWorld, final: boolean, waiting: ReadonlyMap<string, WaitingReason> = NOTHING_WAITS, ip = record.plugged?.ip): Promise<Pod> {
    await readTerminationMessages(this.deps, record, pod, world);
    const { runtimeName, hostIps, clock } = this.deps;
    const resize = this.deps.allocations.of(identityOf(pod).uid);
    const input = { world, health: this.#healthOf(record), resize, runtimeName, hostIps, final, waiting, terminationMessages: record.terminationMessages, now: clock.now() };
    const written = await this.deps.status.write(pod, (current) =>
      podStatus({ ...input, pod: current, ...(ip === undefined ? {} : { podIp: ip }), ...(record.verdict === undefined ? {} : { verdict: record.verdict }) }),
    );
    if (written === undefined) return pod;
    this.deps.source.observe(written);
    if (written.status?.phase === 'Running' && pod.status?.phase !== 'Running') this.deps.metrics?.podStarted(clock.now() - record.seenAt);
    return written;
  }

  #judge(record: PodRecord, pod: Pod | undefined): void {
    if (pod === undefined || record.verdict !== undefined) return;
    const { verdict } = deadlineVerdict(pod, this.deps.clock.now());
    if (verdict !== undefined) record.verdict = verdict;
  }

  #facts(record: PodRecord, pod: Pod | undefined, world: PodWorld): Parameters<typeof nextLifecycle>[1] {
    const ended = pod !== undefined && (isTerminalPhase(pod.status?.phase) || record.verdict !== undefined || podEnd(pod, world, this.#healthOf(record)) !== undefined);
    const annotated = Number(world.sandboxes[0]?.annotations[GRACE_ANNOTATION]);
    const orphanGraceSeconds = record.pod?.spec?.terminationGracePeriodSeconds ?? (Number.isFinite(annotated) ? annotated : ORPHAN_GRACE_SECONDS);
    return { pod, orphanGraceSeconds, ended, alive: anyAlive(world), gone: false, now: this.deps.clock.now() };
  }

  #wakeAt(time: number | undefined): ReconcileResult | undefined {
    return time === undefined ? undefined : { requeueAfter: Math.max(0, time - this.deps.clock.now()) };
  }

  #record(uid: string): PodRecord {
    const record = this.#records.get(uid) ?? newRecord(this.deps.clock.now());
    this.#records.set(uid, record);
    return record;
  }

  async #forget(uid: string): Promise<undefined> {
    if (!this.#records.delete(uid)) return;
    await this.deps.network?.detach(uid);
    this.deps.sources.release(uid);
    await this.deps.volumes.tearDown(uid);
    await this.deps.files.removePod(uid);
    this.deps.puller.forget(uid);
    this.deps.status.forget(uid);
    this.deps.prober.forget(uid);
    this.deps.allocations.forget(uid);
  }

  /** Sees that what runs is probed, and what does not is not waited for. */
  #watch(record: PodRecord, world: PodWorld): void {
    const { pod } = record;
    for (const { id, state } of world.containers) if (state === 'exited') this.deps.postStart.forget(id);
    for (const id of record.ended) if (!world.containers.some((container) => container.id === id)) forgetEnd(record, id);
    if (pod === undefined) return;
    // One whose hook runs does not count as started: it is not asked yet.
    const containers = world.containers.filter(({ id }) => !this.deps.postStart.isRunning(id));
    this.deps.prober.update({ pod, world: { ...world, containers }, podIp: podIpOf(this.deps, record, pod), ending: record.lifecycle.state !== 'syncing' });
  }

  #healthOf(record: PodRecord): (container: Container, id: string) => ContainerHealth {
    const { postStart, prober } = this.deps;
    return (container, id) => {
      const ended = record.ended.has(id) ? ({ ended: true, ...(record.renewed.has(id) ? { renewed: true } : {}) } as const) : {};
      return postStart.isRunning(id) ? { started: false, ready: false, hooked: true, ...ended } : { ...prober.health(container, id), ...ended };
    };
  }
}

function forgetEnd({ ended, renewed }: PodRecord, id: string): void {
  ended.delete(id);
  renewed.delete(id);
}

function operationOf({ lifecycle }: PodRecord, world: PodWorld): PodOperation {
  if (lifecycle.state !== 'syncing') return 'kill';
  return isEmpty(world) ? 'create' : 'sync';
}

/** Why containers are not started, the nearest reason last. */
function waitingReasons(record: PodRecord, result: SyncResult): ReadonlyMap<string, WaitingReason> {
  const due = new Set(result.actions.start.map(({ container }) => container.name));
  const reasons = new Map<string, WaitingReason>();
  for (const [name, { waiting }] of record.failures) reasons.set(name, waiting);
  for (const { name, reason, message } of result.actions.waiting) reasons.set(name, { reason, message });
  for (const [name, waiting] of record.imageWaits) if (due.has(name)) reasons.set(name, waiting);
  return reasons;
}
