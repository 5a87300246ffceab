import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger } from '@gantry/async';
import type { FieldContext } from '../environment/field-ref.js';
import type { WatchedObjects } from '../environment/watched-objects.js';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { PodFiles } from '../pods/pod-files.js';
import { mountMemory, sharesMounts, unmountBelow } from './memory.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';
import { setUpVolumes } from './volumes.js';
import type { MountedVolumes, VolumesResult } from './volumes.js';

export interface PodVolumesOptions {
  /** The kubelet's. */
  readonly dataDir: string;
  readonly files: Pick<PodFiles, 'podDirectory'>;
  readonly sources: WatchedObjects;
  readonly tokens: ServiceAccountTokens;
  readonly nodeName: string;
  readonly hostIps: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
  /** Bytes of memory that the node has. */
  readonly memoryCapacity: number;
  readonly forbidden: readonly string[];
  readonly machineRoot: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The volumes of the node's pods. */
export interface PodVolumes {
  /** Whether something changed since the pod's volumes were last brought up to date, or they never were. */
  isStale(pod: Pod): boolean;
  /** Makes them, or brings them up to date. Throws a `MountError`. `sandboxPid`: of a process of the pod's sandbox. */
  setUp(pod: Pod, sandboxPid: number | undefined): Promise<MountedVolumes>;
  /** When they are to be looked at again although nothing changes (milliseconds since the epoch). */
  dueAt(podUid: string): number | undefined;
  /** Nothing of the pod runs: all its volumes go. */
  tearDown(podUid: string): Promise<void>;
  /** Tears down those of all other pods, as a former kubelet left them. */
  retain(uids: ReadonlySet<string>): Promise<void>;
}

interface Known extends VolumesResult {
  readonly pod: Pod;
  readonly version: number;
}

/** Directory of what may be secret, below the kubelet's. */
const MEMORY = 'memory';

export function createPodVolumes(options: PodVolumesOptions): PodVolumes {
  return new Keeper(options);
}

/** For runtimes whose containers have no files. */
export const noPodVolumes: PodVolumes = {
  isStale: () => false,
  setUp: () => Promise.resolve(new Map()),
  dueAt: () => undefined,
  tearDown: () => Promise.resolve(),
  retain: () => Promise.resolve(),
};

class Keeper implements PodVolumes {
  readonly #known = new Map<string, Known>();
  readonly #memory: string;
  #memoryReady: Promise<boolean> | undefined;

  constructor(private readonly options: PodVolumesOptions) {
    this.#memory = join(options.dataDir, MEMORY);
  }

  isStale(pod: Pod): boolean {
    const { uid } = identityOf(pod);
    const known = this.#known.get(uid);
    if (known === undefined) return true;
    const due = known.dueAt !== undefined && known.dueAt <= this.options.clock.now();
    return due || known.version !== this.options.sources.version(uid) || (known.pod !== pod && showsItself(pod));
  }

  async setUp(pod: Pod, sandboxPid: number | undefined): Promise<MountedVolumes> {
    const { uid } = identityOf(pod);
    // Where it fails they are stale, and whoever waits for a time is not told one that is over.
    this.#known.delete(uid);
    const { files, sources, tokens, nodeName, hostIps, allocatable, memoryCapacity, forbidden, machineRoot, clock } = this.options;
    // Looked at before the objects are read: a change meanwhile makes the volumes stale again.
    const version = sources.version(uid);
    const fields: FieldContext = { nodeName, hostIps, podIp: pod.status?.podIP };
    const canMount = needsMemory(pod) && (await sharesMounts(sandboxPid));
    const podDirectory = files.podDirectory(uid);
    const secretDirectory = canMount && (await this.#mountMemory()) ? join(this.#memory, uid) : podDirectory;
    const result = await setUpVolumes(pod, { podDirectory, secretDirectory, forbidden, machineRoot, canMount, nodeMemory: memoryCapacity, sources, tokens, fields, allocatable, now: clock.now() });
    this.#known.set(uid, { ...result, pod, version });
    return result.volumes;
  }

  dueAt(podUid: string): number | undefined {
    return this.#known.get(podUid)?.dueAt;
  }

  async tearDown(podUid: string): Promise<void> {
    this.#known.delete(podUid);
    this.options.tokens.forget(podUid);
    const directory = this.options.files.podDirectory(podUid);
    await unmountBelow(directory);
    await rm(join(directory, 'volumes'), { recursive: true, force: true });
    await rm(join(this.#memory, podUid), { recursive: true, force: true });
  }

  async retain(uids: ReadonlySet<string>): Promise<void> {
    const present = await Promise.all([MEMORY, 'pods'].map((name) => readdir(join(this.options.dataDir, name)).catch(() => [])));
    await Promise.all([...new Set(present.flat())].filter((uid) => !uids.has(uid)).map((uid) => this.tearDown(uid)));
  }

  /** One for all pods: a mount a pod would cost each of them a program. */
  #mountMemory(): Promise<boolean> {
    return (this.#memoryReady ??= this.#tryMemory());
  }

  async #tryMemory(): Promise<boolean> {
    try {
      await mkdir(this.#memory, { recursive: true, mode: 0o700 });
      await mountMemory(this.#memory, { mode: 0o700 });
      return true;
    } catch (error) {
      this.options.logger.warn({ error: String(error) }, 'files with secrets stand on the disk: no file system in memory can be mounted');
      return false;
    }
  }
}

/** Whether files show the pod's own fields, which may change. */
function showsItself(pod: Pod): boolean {
  return (pod.spec?.volumes ?? []).some(({ downwardAPI, projected }) => downwardAPI !== undefined || projected?.sources?.some((source) => source.downwardAPI !== undefined) === true);
}

function needsMemory(pod: Pod): boolean {
  return (pod.spec?.volumes ?? []).some(({ secret, downwardAPI, projected, emptyDir }) => secret !== undefined || downwardAPI !== undefined || projected !== undefined || emptyDir?.medium === 'Memory');
}
