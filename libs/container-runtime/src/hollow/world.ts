import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '@gantry/async';
import { RuntimeError } from '../runtime.js';
import type { ContainerConfig, ContainerStatus, LogEntry, RuntimeEvent, SandboxConfig, SandboxStatus } from '../runtime.js';
import { AddressPool } from './addresses.js';
import { programOf } from './program.js';
import type { Program } from './program.js';

export interface HollowSandbox {
  status: SandboxStatus;
}

export interface HollowContainer {
  status: ContainerStatus;
  readonly podUid: string;
  readonly program: Program;
  readonly log: LogEntry[];
  timer?: Timer;
  /** Called at every change and log line: followers look again. */
  readonly watchers: Set<() => void>;
}

/** What exists in a hollow runtime: plain records, changed only by the methods here, each change told to listeners. */
export class HollowWorld {
  readonly sandboxes = new Map<string, HollowSandbox>();
  readonly containers = new Map<string, HollowContainer>();
  readonly listeners = new Set<(event: RuntimeEvent) => void>();
  readonly #addresses: AddressPool;

  constructor(
    readonly clock: Clock,
    podCidr: string,
  ) {
    this.#addresses = new AddressPool(podCidr);
  }

  addSandbox(config: SandboxConfig): string {
    const id = newId();
    const ip = config.network === 'pod' ? this.#addresses.take() : undefined;
    const { metadata, labels, annotations } = config;
    this.sandboxes.set(id, { status: { id, metadata, state: 'ready', createdAt: this.clock.now(), labels, annotations, ...(ip === undefined ? {} : { ip }) } });
    this.#tell({ sandboxId: id, podUid: metadata.uid });
    return id;
  }

  stopSandbox(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined || sandbox.status.state === 'notready') return;
    for (const container of this.containersOf(id)) this.finish(container, 137);
    const { ip, ...rest } = sandbox.status;
    if (ip !== undefined) this.#addresses.release(ip);
    sandbox.status = { ...rest, state: 'notready' };
    this.#tell({ sandboxId: id, podUid: rest.metadata.uid });
  }

  removeSandbox(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) return;
    this.stopSandbox(id);
    for (const container of this.containersOf(id)) this.removeContainer(container.status.id);
    this.sandboxes.delete(id);
    this.#tell({ sandboxId: id, podUid: sandbox.status.metadata.uid });
  }

  containersOf(sandboxId: string): HollowContainer[] {
    return [...this.containers.values()].filter((container) => container.status.sandboxId === sandboxId);
  }

  addContainer(sandboxId: string, config: ContainerConfig): string {
    const sandbox = this.sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new RuntimeError('not-found', `no such sandbox: ${sandboxId}`);
    if (this.containersOf(sandboxId).some(({ status }) => status.name === config.name && status.attempt === config.attempt)) {
      throw new RuntimeError('name-conflict', `container ${config.name} of attempt ${config.attempt} exists already`);
    }
    const id = newId();
    const program = programOf(config.name, { ...sandbox.status.annotations, ...config.annotations });
    const podUid = sandbox.status.metadata.uid;
    this.containers.set(id, { status: created(id, sandboxId, config, this.clock.now()), podUid, program, log: [], watchers: new Set() });
    this.#tell({ containerId: id, podUid });
    return id;
  }

  start(container: HollowContainer): void {
    if (container.status.state !== 'created') return;
    const { startError, exitAfterMs, exitCode, log } = container.program;
    if (startError !== undefined) {
      this.#change(container, { state: 'exited', exitCode: 127, reason: 'StartError', message: startError, finishedAt: this.clock.now() });
      throw new RuntimeError('start-failed', startError);
    }
    container.log.push(...log.map((line) => entry(line, this.clock.now())));
    this.#change(container, { state: 'running', startedAt: this.clock.now() });
    if (exitAfterMs !== undefined) container.timer = this.clock.setTimeout(() => this.finish(container, exitCode), exitAfterMs);
  }

  /** Ends a running container; one that never ran just counts as ended. */
  finish(container: HollowContainer, exitCode: number): void {
    if (container.status.state === 'exited') return;
    container.timer?.cancel();
    this.#change(container, { state: 'exited', exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: this.clock.now() });
  }

  removeContainer(id: string): void {
    const container = this.containers.get(id);
    if (container === undefined) return;
    this.finish(container, 137);
    this.containers.delete(id);
    this.#tell({ containerId: id, podUid: container.podUid });
  }

  close(): void {
    for (const container of this.containers.values()) container.timer?.cancel();
    this.listeners.clear();
  }

  #change(container: HollowContainer, change: Partial<ContainerStatus>): void {
    container.status = { ...container.status, ...change };
    for (const watcher of container.watchers) watcher();
    this.#tell({ containerId: container.status.id, podUid: container.podUid });
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

function newId(): string {
  return randomBytes(32).toString('hex');
}

function created(id: string, sandboxId: string, config: ContainerConfig, now: number): ContainerStatus {
  const { name, attempt, image, labels, annotations, logPath } = config;
  const never = { startedAt: 0, finishedAt: 0, exitCode: 0, reason: '', message: '' };
  return { id, sandboxId, name, attempt, state: 'created', createdAt: now, ...never, image, imageRef: hollowImageId(image), labels, annotations, logPath };
}

/** A stable stand-in for the id of an image that nobody has. */
export function hollowImageId(image: string): string {
  return `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

function entry(line: string, now: number): LogEntry {
  return { time: new Date(now).toISOString().replace('Z', '000000Z'), stream: 'stdout', data: Buffer.from(`${line}\n`) };
}
