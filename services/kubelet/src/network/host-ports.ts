import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPortRules } from './host-port-rules.js';
import type { PodHostPorts } from './host-port-rules.js';

/** The node's ports that lead to pods. Written down, one small file a pod, so that those of others stay while a kubelet starts again. */
export interface HostPorts {
  /** Resolves when they lead to the pod. */
  set(podUid: string, ports: PodHostPorts): Promise<void>;
  release(podUid: string): Promise<void>;
  /** Makes the rules of all known pods again: the node's namespace may be a new one. */
  restore(): Promise<void>;
}

export interface HostPortsOptions {
  readonly directory: string;
  readonly nodeAddresses: readonly string[];
  /** Has nft carry out these rules in the node's namespace. */
  readonly apply: (rules: string) => Promise<void>;
}

export function createHostPorts(options: HostPortsOptions): HostPorts {
  return new WrittenHostPorts(options);
}

class WrittenHostPorts implements HostPorts {
  #pods: Promise<Map<string, PodHostPorts>> | undefined;
  #applied: Promise<void> = Promise.resolve();

  constructor(private readonly options: HostPortsOptions) {}

  async set(podUid: string, ports: PodHostPorts): Promise<void> {
    const pods = await this.#known();
    // The later of two has the port.
    pods.delete(podUid);
    pods.set(podUid, ports);
    await save(this.options.directory, podUid, ports);
    await this.#apply(pods);
  }

  async release(podUid: string): Promise<void> {
    const pods = await this.#known();
    if (!pods.has(podUid)) return;
    pods.delete(podUid);
    await this.#apply(pods);
    await rm(join(this.options.directory, podUid), { force: true });
  }

  async restore(): Promise<void> {
    const pods = await this.#known();
    if (pods.size > 0) await this.#apply(pods);
  }

  #known(): Promise<Map<string, PodHostPorts>> {
    return (this.#pods ??= load(this.options.directory));
  }

  /** One after another: each is the whole, as it is by then. */
  #apply(pods: ReadonlyMap<string, PodHostPorts>): Promise<void> {
    const next = this.#applied.then(() => this.options.apply(hostPortRules([...pods.values()], this.options.nodeAddresses)));
    this.#applied = next.catch(() => undefined);
    return next;
  }
}

async function load(directory: string): Promise<Map<string, PodHostPorts>> {
  const names = await readdir(directory).catch(() => []);
  const uids = names.filter((name) => !name.endsWith('.new'));
  const entries = await Promise.all(uids.map(async (uid) => [uid, parse(await readFile(join(directory, uid), 'utf8'))] as const));
  return new Map(entries.flatMap(([uid, ports]) => (ports === undefined ? [] : [[uid, ports] as const])));
}

async function save(directory: string, podUid: string, ports: PodHostPorts): Promise<void> {
  const path = join(directory, podUid);
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await writeFile(`${path}.new`, JSON.stringify(ports), { mode: 0o640 });
  await rename(`${path}.new`, path);
}

/** Undefined for what a machine that lost its power left: the pod is plugged in again anyway. */
function parse(text: string): PodHostPorts | undefined {
  try {
    return JSON.parse(text) as PodHostPorts;
  } catch {
    return undefined;
  }
}
