import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ComposeContainer, OwnContainer } from '@gantry/container-runtime/docker';

/** What a Compose container is as a node. */
export interface NodeIdentity {
  readonly name: string;
  readonly address: string;
  /** Owns the pods' containers on the engine: no name of a standalone cluster, which has no dots. */
  readonly cluster: string;
  /** Put on the pods' containers: Compose's own, by which it knows that they are the project's, and no service's. */
  readonly podLabels: Readonly<Record<string, string>>;
}

/** `node-<number>` */
export function nodeNameOf(number: number): string {
  return `node-${number}`;
}

/** Throws where the container is in no network. */
export function identityOf({ number, project, labels, addresses }: OwnContainer): NodeIdentity {
  const [address] = Object.entries(addresses).filter(([, text]) => text !== '').sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  if (address === undefined) throw new Error('the container has no address: it must be in a network of its Compose project, not in the network of the host');
  return { name: nodeNameOf(number), address, cluster: `compose.${project}`, podLabels: podLabels(labels) };
}

const PREFIX = 'com.docker.compose.';
/** Without one of these Compose does not take a container for the project's. */
const KEPT = ['project', 'config-hash', 'project.config_files', 'project.working_dir', 'version'];

/** Of a service that no file has: `docker compose down --remove-orphans` removes what is labelled so, and nothing else touches it. */
function podLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const kept = KEPT.map((name) => `${PREFIX}${name}`).flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const]));
  return { ...Object.fromEntries(kept), [`${PREFIX}service`]: 'pod', [`${PREFIX}container-number`]: '1', [`${PREFIX}oneoff`]: 'False' };
}

/** The id of the container that this process runs in: what the engine mounts into each names it; else the host name, which is an id unless somebody chose it. */
export async function ownContainerId(): Promise<string> {
  return containerIdIn(await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')) ?? hostname();
}

/** Engines mount `…/containers/<id>/hostname` and its neighbours. */
export function containerIdIn(mountInfo: string): string | undefined {
  for (const line of mountInfo.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ');
    if (point === '/etc/hostname' || point === '/etc/hosts' || point === '/etc/resolv.conf') {
      const id = /\/containers\/([0-9a-f]{64})\//.exec(root)?.[1];
      if (id !== undefined) return id;
    }
  }
  return undefined;
}

/** The running container that had this one's number first; undefined where the name is free. */
export function formerClaimant(own: Pick<OwnContainer, 'id' | 'number'>, all: readonly ComposeContainer[]): ComposeContainer | undefined {
  const created = all.find(({ id }) => id === own.id)?.created ?? Infinity;
  return all.find(({ id, number, running, created: time }) => running && number === own.number && id !== own.id && (time < created || (time === created && id < own.id)));
}

/** How the engine's machine names a path that the container sees: by the innermost mount that it is in. Others are named as they are. */
export function enginePath(mounts: OwnContainer['mounts'], path: string): string {
  const inside = mounts.filter(({ destination }) => path === destination || path.startsWith(`${destination}/`));
  const innermost = inside.sort((a, b) => b.destination.length - a.destination.length)[0];
  return innermost === undefined ? path : `${innermost.source}${path.slice(innermost.destination.length)}`;
}
