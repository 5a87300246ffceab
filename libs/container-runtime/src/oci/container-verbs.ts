import type { ContainerStats, ContainerStatus } from '../runtime.js';
import { containerEnd, isRunning, lookAtContainer } from './container-end.js';
import type { OciNode } from './node.js';
import type { ContainerRecord, KnownContainer } from './records.js';
import type { OciContainers } from './seam.js';
import { containerState, containerStatus } from './status.js';
import { readUsage } from './usage.js';

export interface ContainerFilter {
  readonly podUid?: string;
  readonly sandboxId?: string;
}

/** Looked at anew: an event of its end may have been lost. */
async function current(node: OciNode, id: string): Promise<ContainerRecord> {
  await lookAtContainer(node, id);
  return node.ledger.container(id);
}

async function select(node: OciNode, { podUid, sandboxId }: ContainerFilter = {}): Promise<ContainerRecord[]> {
  const wanted = [...node.ledger.containers.values()].filter((record) => (podUid === undefined || record.podUid === podUid) && (sandboxId === undefined || record.sandboxId === sandboxId));
  await Promise.all(wanted.map(({ id }) => lookAtContainer(node, id)));
  return wanted.flatMap(({ id }) => node.ledger.containers.get(id) ?? []);
}

export async function statusOf(node: OciNode, id: string): Promise<ContainerStatus> {
  return containerStatus(await current(node, id));
}

export async function listContainers(node: OciNode, filter?: ContainerFilter): Promise<ContainerStatus[]> {
  return (await select(node, filter)).map(containerStatus);
}

/** Of those that run. */
export async function containerStats(node: OciNode, filter?: ContainerFilter): Promise<ContainerStats[]> {
  const running = (await select(node, filter)).filter(({ id }) => isRunning(node, id));
  const read = running.map(async (record): Promise<ContainerStats[]> => {
    const usage = await readUsage(node.cgroups, node.cgroupOf(record));
    return usage === undefined ? [] : [{ containerId: record.id, name: record.config.name, podUid: record.podUid, at: Date.now(), ...usage }];
  });
  return (await Promise.all(read)).flat();
}

/** For those who work inside of containers. */
export function containersOf(opened: () => Promise<OciNode>): OciContainers {
  const known = (record: ContainerRecord): KnownContainer => ({ record, state: containerState(record) });
  return {
    get: async (id) => known(await current(await opened(), id)),
    list: async () => (await select(await opened())).map(known),
    exited: async (id, signal) => containerEnd(await opened(), id, signal),
  };
}
