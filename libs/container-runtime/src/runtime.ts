/**
 * The container runtime interface: the verbs of CRI, in TypeScript. Every runtime (docker, oci, hollow) passes the one conformance
 * suite, and those with processes a second one. All operations are idempotent: stopping what is stopped or removing what is gone succeeds.
 * Errors are `RuntimeError` with a code.
 */

export interface SandboxMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Counts the sandboxes that this pod has had. */
  readonly attempt: number;
}

export interface SandboxConfig {
  readonly metadata: SandboxMetadata;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `pod`: namespaces of its own with no network plugged in (the kubelet plugs it); `node`: the node's network namespace. */
  readonly network: 'pod' | 'node';
  /** Whose System V objects, message queues and shared memory its containers have: their own (default), or the machine's. */
  readonly ipc?: 'pod' | 'node';
  /** Containers with `pid: 'pod'` are to come: the sandbox has a process 1 that takes care of what they leave behind. */
  readonly sharesProcesses?: boolean;
  readonly cgroupParent?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
}

export type SandboxState = 'ready' | 'notready';

export interface SandboxStatus {
  readonly id: string;
  readonly metadata: SandboxMetadata;
  readonly state: SandboxState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** A process whose namespaces are the sandbox's; undefined when it does not run or there is none (hollow). */
  readonly pid?: number;
  /** An address that the runtime itself gave; unset when the sandbox was started with no network. */
  readonly ip?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Mount {
  readonly hostPath: string;
  /** A directory at or above `hostPath`, both without links, into which containers may write: what is mounted must not be led out of it meanwhile. */
  readonly within?: string;
  readonly containerPath: string;
  readonly readonly: boolean;
}

export interface ContainerResources {
  /** Microseconds of CPU a period of `cpuPeriod` (100,000): 0 or unset is unlimited. */
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly cpuShares?: number;
  /** Bytes. */
  readonly memoryLimit?: number;
  readonly oomScoreAdjust?: number;
}

export interface ContainerConfig {
  readonly name: string;
  /** Which start of this container in its pod: 0 for the first, one more with each restart. */
  readonly attempt: number;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly resources: ContainerResources;
  /**
   * Absolute path of the log file in CRI format (`<time> stdout F line`), for runtimes that write such files. Readers use
   * `logs()`, which every runtime has: an engine that keeps logs itself need not have them copied.
   */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly security: {
    readonly privileged: boolean;
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly runAsUserName?: string;
    readonly supplementalGroups?: readonly number[];
    readonly readonlyRootfs: boolean;
    readonly noNewPrivileges: boolean;
    /** What it may ask of the kernel: what does no harm (default, but for privileged ones), or everything. */
    readonly seccomp?: 'default' | 'unconfined';
    readonly capabilitiesAdd: readonly string[];
    readonly capabilitiesDrop: readonly string[];
  };
  /** Whose processes it sees: its own (default), all of the sandbox, all of the machine. */
  readonly pid?: 'container' | 'pod' | 'node';
  /** Instead of `pid`: it sees the processes that this container sees, which runs in the same sandbox. */
  readonly pidOf?: string;
  /** Signal name such as SIGQUIT; unset: the image's. */
  readonly stopSignal?: string;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerStatus {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  /** Milliseconds since the epoch; 0: not yet. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, `ContainerCannotRun`; '' while it runs. */
  readonly reason: string;
  readonly message: string;
  readonly image: string;
  /** `docker.io/library/busybox@sha256:…`, or the image's id where there is no digest. */
  readonly imageRef: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly logPath: string;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  /** Bytes. */
  readonly size: number;
  readonly user?: string;
}

export interface ImageGarbageLimits {
  /** Percent of the disk in use from which on images are removed, and to which. */
  readonly high: number;
  readonly low: number;
  /** Milliseconds for which an image is left alone once it came. */
  readonly minimumAge: number;
  /** Milliseconds for which an image is kept unused; 0: for ever. */
  readonly maximumAge: number;
}

export interface ImageGarbageReport {
  /** Bytes that had to come free for the disk's sake, and that did. */
  readonly wanted: number;
  readonly freed: number;
}

export interface LogOptions {
  /** Only entries at or after this moment: `seconds.nanoseconds` since the epoch, as text, so that no digit is lost. */
  readonly since?: string;
  /** Only this many of the last entries; unset: all. */
  readonly tail?: number;
  /** Go on until the container has exited or `signal` aborts. */
  readonly follow: boolean;
}

/** A piece of a log in the order in which the runtime received it. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds, UTC. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Ends with a newline when the line ended here; without one the next entry of this stream continues it. */
  readonly data: Uint8Array;
}

/** Process streams: Node web-free, plain callbacks and iterables so that they can be carried over the bus. */
export interface ProcessStreams {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout?: (chunk: Uint8Array) => Promise<void> | void;
  readonly stderr?: (chunk: Uint8Array) => Promise<void> | void;
  readonly tty: boolean;
  readonly resize?: AsyncIterable<{ readonly width: number; readonly height: number }>;
}

/** Something happened to this sandbox or container: look at it. Events may repeat or be lost; relist as well. */
export interface RuntimeEvent {
  readonly sandboxId?: string;
  readonly containerId?: string;
  readonly podUid: string;
}

export interface Version {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
}

export interface ContainerStats {
  readonly containerId: string;
  readonly name: string;
  readonly podUid: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
}

export interface ContainerRuntime {
  version(): Promise<Version>;

  runSandbox(config: SandboxConfig): Promise<string>;
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;
  sandboxStatus(id: string): Promise<SandboxStatus>;
  /** Those of this node only; `podUid` narrows. */
  listSandboxes(filter?: { podUid?: string }): Promise<SandboxStatus[]>;

  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** Sends the stop signal, and SIGKILL after `graceSeconds`. Resolves when it has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  containerStatus(id: string): Promise<ContainerStatus>;
  listContainers(filter?: { podUid?: string; sandboxId?: string }): Promise<ContainerStatus[]>;
  updateContainer(id: string, resources: ContainerResources): Promise<void>;
  stats(filter?: { podUid?: string }): Promise<ContainerStats[]>;

  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<{ exitCode: number; stdout: Uint8Array; stderr: Uint8Array }>;
  /** The command is ended where `signal` aborts, with what it started, where the runtime can reach them. */
  exec(id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal): Promise<{ exitCode: number }>;
  attach(id: string, streams: ProcessStreams, signal: AbortSignal): Promise<void>;
  /** Ends the commands of `exec` that run in containers of this node: those of a kubelet that is dead, when the next begins. */
  endCommands(): Promise<void>;

  /** Also of a container that has exited, until it is removed. Ends quietly when `signal` aborts. */
  logs(id: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogEntry>;

  pullImage(image: string, credentials?: { username: string; password: string }): Promise<string>;
  imageStatus(image: string): Promise<Image | undefined>;
  listImages(): Promise<Image[]>;
  removeImage(id: string): Promise<void>;
  /** Removes images that no container of any node uses, while their disk is too full or they are too old. Undefined where the images are not the runtime's own to remove. */
  collectImageGarbage?(limits: ImageGarbageLimits): Promise<ImageGarbageReport>;

  /** Until `signal` aborts; reconnects by itself. */
  events(listener: (event: RuntimeEvent) => void, signal: AbortSignal): void;
  close(): Promise<void>;
}

export type RuntimeErrorCode = 'not-found' | 'image-not-found' | 'pull-failed' | 'start-failed' | 'name-conflict' | 'unavailable' | 'invalid' | 'deadline';

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
