import type { coreV1 } from '@gantry/api-types';
import type { Clock } from '@gantry/async';
import type { EventContent } from '@gantry/controller';
import { containersOf, identityOf, initContainersOf, isSidecar, podReference } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { containerProbes, hasProbes, healthOf, verdictOf } from './container-probes.js';
import type { ContainerProbes, RunningProbe } from './container-probes.js';
import type { ContainerHealth } from './health.js';
import type { AskProbe, ProbeAnswer } from './probe-request.js';
import { firstDue, followingDue, isDecided, nextState } from './probe-state.js';
import { TimerWheel } from './timer-wheel.js';

/** How often it is tried to ask before that counts as not possible. */
const ATTEMPTS = 3;

export interface ProberOptions {
  readonly ask: AskProbe;
  readonly clock: Clock;
  readonly event: (reference: coreV1.ObjectReference, content: EventContent) => void;
  /** A verdict about a container of this pod has turned. */
  readonly changed: (podUid: string) => void;
  /** A container was asked, for who counts. */
  readonly asked?: (pod: Pod, container: string, type: string, result: ProbeAnswer['result'] | 'unknown') => void;
  readonly random?: () => number;
}

export interface ProbeTarget {
  readonly pod: Pod;
  readonly world: PodWorld;
  readonly podIp: string;
  /** The pod is being ended: readiness is still asked, nothing else. */
  readonly ending: boolean;
}

/** Asks the probes of all pods of a node and keeps what they said, by container id. All of it can be lost. */
export interface Prober {
  /** Begins probes of what now runs, and ends those of what does not any more. */
  update(target: ProbeTarget): void;
  health(container: Container, containerId: string): ContainerHealth;
  forget(podUid: string): void;
  stop(): void;
}

export function createProber(options: ProberOptions): Prober {
  return new ProbeLoop(options);
}

class ProbeLoop implements Prober {
  readonly #byPod = new Map<string, Map<string, ContainerProbes>>();
  readonly #byId = new Map<string, ContainerProbes>();
  readonly #wheel: TimerWheel;
  readonly #since: number;

  constructor(private readonly options: ProberOptions) {
    this.#wheel = new TimerWheel(options.clock);
    this.#since = options.clock.now();
  }

  update(target: ProbeTarget): void {
    const { uid } = identityOf(target.pod);
    const former = this.#byPod.get(uid) ?? new Map<string, ContainerProbes>();
    const running = probed(target.pod).flatMap((container) => {
      const status = latestOf(target.world, container.name);
      return status?.state === 'running' ? [{ container, status }] : [];
    });
    const present = new Map(running.map(({ container, status }) => {
      const entry = former.get(status.id) ?? containerProbes(target.pod, target.podIp, container, status, this.#known(target.pod, container, status));
      return [status.id, entry];
    }));
    for (const [id, entry] of former) if (!present.has(id)) this.#end(entry);
    if (present.size > 0) this.#byPod.set(uid, present);
    else this.#byPod.delete(uid);
    for (const entry of present.values()) this.#refresh(entry, target, !former.has(entry.id));
  }

  health(container: Container, containerId: string): ContainerHealth {
    return healthOf(container, this.#byId.get(containerId));
  }

  forget(podUid: string): void {
    for (const entry of this.#byPod.get(podUid)?.values() ?? []) this.#end(entry);
    this.#byPod.delete(podUid);
  }

  stop(): void {
    for (const uid of [...this.#byPod.keys()]) this.forget(uid);
  }

  /** Of a container that ran before this kubelet, what the API was told of it goes on being true until a probe says else. */
  #known(pod: Pod, container: Container, { id, startedAt }: { id: string; startedAt: number }): { ready: boolean; started: boolean } | undefined {
    if (startedAt >= this.#since) return undefined;
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const known = statuses.find(({ name }) => name === container.name);
    return known?.containerID?.endsWith(`://${id}`) === true ? { ready: known.ready, started: known.started === true } : undefined;
  }

  #refresh(entry: ContainerProbes, { pod, podIp, ending }: ProbeTarget, isNew: boolean): void {
    entry.pod = pod;
    entry.podIp = podIp;
    this.#byId.set(entry.id, entry);
    if (ending && !entry.ending) this.#quiet(entry);
    if (isNew) this.#open(entry);
  }

  /** Liveness and startup of a pod that ends are not asked any more, and count as good. */
  #quiet(entry: ContainerProbes): void {
    entry.ending = true;
    for (const probe of entry.probes.filter(({ type }) => type !== 'readiness')) {
      probe.timer?.cancel();
      delete probe.timer;
      probe.state = { verdict: 'success', run: 0 };
    }
    this.#open(entry);
  }

  #end(entry: ContainerProbes): void {
    entry.over = true;
    for (const probe of entry.probes) probe.timer?.cancel();
    this.#byId.delete(entry.id);
  }

  /** Arms what may be asked now: the startup probe first, the others after its success. */
  #open(entry: ContainerProbes): void {
    const started = (verdictOf(entry, 'startup') ?? 'success') === 'success';
    for (const probe of entry.probes) {
      const mayAsk = (started || probe.type === 'startup') && (!entry.ending || probe.type === 'readiness');
      if (!mayAsk || probe.timer !== undefined || probe.asking || isDecided(probe.type, probe.state)) continue;
      const { clock, random = Math.random } = this.options;
      this.#arm(entry, probe, firstDue({ spec: probe.spec, startedAt: entry.startedAt, now: clock.now(), kubeletSince: this.#since, random: random() }));
    }
  }

  #arm(entry: ContainerProbes, probe: RunningProbe, due: number): void {
    const ask = (): void => {
      delete probe.timer;
      void this.#ask(entry, probe, due);
    };
    if (due <= this.options.clock.now()) ask();
    else probe.timer = this.#wheel.at(due, ask);
  }

  async #ask(entry: ContainerProbes, probe: RunningProbe, due: number): Promise<void> {
    probe.asking = true;
    const before = probe.state;
    const answer = await this.#attempts(entry, probe);
    probe.asking = false;
    this.options.asked?.(entry.pod, entry.container.name, probe.type, answer?.result ?? 'unknown');
    // Its container is gone, or it was quieted meanwhile.
    if (entry.over || probe.state !== before) return;
    if (answer !== undefined) this.#settle(entry, probe, answer);
    if (!isDecided(probe.type, probe.state)) this.#arm(entry, probe, followingDue(probe.spec, due, this.options.clock.now()));
  }

  /** Undefined where nothing could be asked, which is told. */
  async #attempts(entry: ContainerProbes, { type, spec }: RunningProbe): Promise<ProbeAnswer | undefined> {
    let failure: unknown;
    for (let attempt = 1; attempt <= ATTEMPTS && !entry.over; attempt += 1) {
      try {
        return await this.options.ask({ type, spec, container: entry.container, containerId: entry.id, podIp: entry.podIp });
      } catch (error) {
        failure = error;
      }
    }
    if (!entry.over) this.#tell(entry, 'Unhealthy', `${titled(type)} probe errored and resulted in unknown state: ${failure instanceof Error ? failure.message : String(failure)}`);
    return undefined;
  }

  #settle(entry: ContainerProbes, probe: RunningProbe, { result, output }: ProbeAnswer): void {
    if (result === 'failure') this.#tell(entry, 'Unhealthy', `${titled(probe.type)} probe failed: ${output}`);
    if (result === 'warning') this.#tell(entry, 'ProbeWarning', `${titled(probe.type)} probe warning: ${output}`);
    const before = probe.state.verdict;
    probe.state = nextState(probe.spec, probe.state, result === 'failure' ? 'failure' : 'success');
    if (probe.state.verdict === before) return;
    if (probe.type === 'startup') this.#open(entry);
    this.options.changed(identityOf(entry.pod).uid);
  }

  #tell(entry: ContainerProbes, reason: string, message: string): void {
    this.options.event(podReference(entry.pod, entry.container.name), { type: 'Warning', reason, message });
  }
}

/** Ordinary init containers have no probes. */
function probed(pod: Pod): Container[] {
  return [...initContainersOf(pod).filter(isSidecar), ...containersOf(pod)].filter(hasProbes);
}

function titled(type: string): string {
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}`;
}
