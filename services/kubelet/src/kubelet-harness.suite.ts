import type { coreV1 } from '@gantry/api-types';
import { FakeClock, settle, silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import type { MemoryBus } from '@gantry/bus';
import { createFakeClient, PODS } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { createHollowRuntime } from '@gantry/container-runtime';
import type { HollowRuntime, HollowRuntimeOptions } from '@gantry/container-runtime';
import { startKubelet } from './kubelet.js';
import type { Kubelet } from './kubelet.js';
import type { KubeletOptions } from './options.js';
import type { Pod } from './pods/pod.js';

export const START = Date.parse('2026-01-01T00:00:00Z');

/** A pod of one container that is bound to the node of the tests. */
export function testPod(name: string, more: Partial<coreV1.PodSpec> = {}, annotations: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, annotations, generation: 1 },
    spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'example.com/web:1' }], restartPolicy: 'Always', ...more },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2025-12-31T00:00:00Z' }] },
  };
}

/** A node over a runtime without processes, a client without a server and a clock that a test moves. */
export class TestNode {
  readonly clock = new FakeClock(START);
  readonly client: FakeClient = createFakeClient([], { now: () => this.clock.now() });
  readonly bus: MemoryBus = createMemoryBus();
  readonly runtime: HollowRuntime;
  kubelet: Kubelet | undefined;

  constructor(options: HollowRuntimeOptions = {}) {
    this.runtime = createHollowRuntime({ clock: this.clock, ...options });
  }

  async start(more: Partial<KubeletOptions> = {}): Promise<Kubelet> {
    const kubelet = await this.launch(more);
    await kubelet.ready;
    return kubelet;
  }

  /** Starts a kubelet without waiting until it is ready. */
  async launch(more: Partial<KubeletOptions> = {}): Promise<Kubelet> {
    this.kubelet = await startKubelet({
      client: this.client, bus: this.bus, runtime: this.runtime, nodeName: 'n1', logger: silentLogger, dataDir: '/nonexistent', clock: this.clock,
      capacity: { cpu: '4', memory: '8Gi', pods: '110' }, network: undefined,
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }, { type: 'Hostname', address: 'n1' }],
      ...more,
    });
    return this.kubelet;
  }

  /** Ends the kubelet alone, as a kill of its process does: what it had in memory is gone. */
  async kill(): Promise<void> {
    await this.kubelet?.stop();
    this.kubelet = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.runtime.close();
    await this.bus.close();
    await this.client.close();
  }

  pod(name: string): Pod | undefined {
    return this.client.objects(PODS).find(({ metadata }) => metadata?.name === name);
  }

  status(name: string, container = 'main'): coreV1.ContainerStatus | undefined {
    const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = this.pod(name)?.status ?? {};
    return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find((status) => status.name === container);
  }

  /** Lets everything run that waits for its turn, and for time where that is to pass, until `wanted`. */
  async until(wanted: () => boolean | undefined, what: string, millisecondsATurn = 0): Promise<void> {
    for (let turn = 0; turn < 2000; turn += 1) {
      if (wanted() === true) return;
      if (millisecondsATurn > 0) this.clock.advance(millisecondsATurn);
      await settle(1);
    }
    throw new Error(`this never came: ${what}\n${JSON.stringify(this.client.objects(PODS).map(({ metadata, status }) => ({ metadata, status })), null, 1)}`);
  }

  async untilRunning(name: string): Promise<void> {
    await this.until(() => this.status(name)?.state?.running !== undefined, `${name} runs`);
  }

  /** The containers that the runtime has, oldest first, as `name#attempt state`. */
  async containers(): Promise<string[]> {
    const all = await this.runtime.listContainers();
    return all.map(({ name, attempt, state }) => `${name}#${attempt} ${state}`);
  }

  /** Ends the newest running container of a name. */
  async crash(container: string, exitCode: number): Promise<void> {
    const running = (await this.runtime.listContainers()).filter(({ name, state }) => name === container && state === 'running');
    for (const { id } of running) this.runtime.finish(id, exitCode);
  }

  /** Reasons of the events about a pod, in order. */
  events(name: string): string[] {
    const events = this.client.requests.filter(({ method, resource }) => method === 'POST' && resource.endsWith('/events'));
    return events.flatMap(({ body }) => {
      const event = body as coreV1.Event;
      return event.involvedObject.name === name ? [`${event.reason ?? ''}: ${event.message ?? ''}`] : [];
    });
  }
}

/** A process's life as its dependencies see it: after so many calls it is dead, and no call of it has an effect any more. */
export class Life {
  dead = false;

  constructor(
    private left: number,
    private readonly when: 'before' | 'after',
  ) {}

  end(): void {
    this.dead = true;
  }

  over<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name, object);
        return typeof member === 'function' ? (...args: unknown[]) => this.#call(() => member.apply(object, args) as unknown) : member;
      },
    });
  }

  #call(call: () => unknown): unknown {
    if (this.dead) return refusal();
    this.left -= 1;
    if (this.left > 0) return call();
    this.dead = true;
    if (this.when === 'after') void Promise.resolve(call()).catch(() => undefined);
    return refusal();
  }
}

/** Rejected, also where nobody looks. */
function refusal(): Promise<never> {
  const refused = Promise.reject(new Error('this process is dead'));
  refused.catch(() => undefined);
  return refused;
}
