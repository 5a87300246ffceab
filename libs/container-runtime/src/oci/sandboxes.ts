import { mkdir, writeFile } from 'node:fs/promises';
import { signalProcess } from '@gantry/machine';
import type { SandboxConfig, SandboxStatus } from '../runtime.js';
import { RuntimeError } from '../runtime.js';
import { nodeCgroup, podCgroup } from './cgroups.js';
import { translatedCommand } from './command.js';
import { killContainer } from './container-end.js';
import { removeContainer } from './container-removal.js';
import { findHolders, startHolder } from './holder.js';
import { newId } from './ids.js';
import { unmount } from './mount-table.js';
import type { OciNode } from './node.js';
import { startReapingHolder } from './reaping-holder.js';
import type { SandboxRecord } from './records.js';
import { deleteFromRuntime } from './runtime-state.js';
import { sandboxHolds } from './sandbox-state.js';
import { sandboxStatus } from './status.js';

/** Makes a sandbox; one that fails leaves nothing. */
export function runSandbox(node: OciNode, config: SandboxConfig): Promise<string> {
  const { uid, attempt } = config.metadata;
  return node.turns.run(`${uid}/${attempt}`, () => node.heavy.run(async () => {
    refuseDouble(node, config);
    const record: SandboxRecord = { id: newId(), config, createdAt: Date.now() };
    try {
      await make(node, record);
    } catch (error) {
      await undoSandbox(node, record.id);
      throw translatedCommand(error, 'start-failed');
    }
    node.events.tell({ sandboxId: record.id, podUid: uid });
    return record.id;
  }));
}

function refuseDouble(node: OciNode, { metadata: { uid, attempt } }: SandboxConfig): void {
  for (const { id, config: { metadata } } of node.ledger.sandboxes.values()) {
    if (metadata.uid === uid && metadata.attempt === attempt) throw new RuntimeError('name-conflict', `attempt ${attempt} of pod "${uid}" is sandbox "${id}"`);
  }
}

async function make(node: OciNode, record: SandboxRecord): Promise<void> {
  const places = node.places.sandbox(record.id);
  await node.ledger.saveSandbox(record);
  await Promise.all([mkdir(places.shm), writeFile(places.hostname, `${record.config.hostname}\n`), node.cgroups.make(podCgroup(node.options, record.config.metadata.uid))]);
  if (record.config.sharesProcesses === true) await node.ledger.saveSandbox({ ...record, holder: await startReapingHolder(node, places, record) });
  else await startHolder(places, record.config, { written: (holder) => node.ledger.saveSandbox({ ...record, holder }), ended: () => node.events.tell({ sandboxId: record.id, podUid: record.config.metadata.uid }) });
}

/** Ends all of its containers at once, then its namespaces. */
export async function stopSandbox(node: OciNode, id: string): Promise<void> {
  await Promise.all(containersOf(node, id).map((container) => node.turns.idle(container).then(() => killContainer(node, container))));
  await node.turns.run(id, async () => {
    const record = node.ledger.sandboxes.get(id);
    if (record === undefined || record.stopped === true) return;
    await node.ledger.saveSandbox({ ...record, stopped: true });
    if (record.holder !== undefined) signalProcess(record.holder, 'SIGKILL');
    node.events.tell({ sandboxId: id, podUid: record.config.metadata.uid });
  });
}

export async function removeSandbox(node: OciNode, id: string): Promise<void> {
  await stopSandbox(node, id);
  await Promise.all(containersOf(node, id).map((container) => removeContainer(node, container)));
  await node.turns.run(id, () => undoSandbox(node, id));
}

/** The record goes last. */
export async function undoSandbox(node: OciNode, id: string): Promise<void> {
  const record = node.ledger.sandboxes.get(id);
  for (const holder of record === undefined ? findHolders(node.places.sandbox(id).directory) : [record.holder]) if (holder !== undefined) signalProcess(holder, 'SIGKILL');
  await deleteFromRuntime(node, id);
  await unmount([node.places.sandbox(id).shm]);
  if (record !== undefined) await node.cgroups.remove(podCgroup(node.options, record.config.metadata.uid));
  await node.ledger.removeSandbox(id);
  if (node.ledger.sandboxes.size === 0) await removeNodeCgroups(node);
  if (record !== undefined) node.events.tell({ sandboxId: id, podUid: record.config.metadata.uid });
}

/** From the node's group up: what others still use is not empty and stays. */
export async function removeNodeCgroups(node: OciNode): Promise<void> {
  for (let group = nodeCgroup(node.options); group !== ''; group = group.slice(0, group.lastIndexOf('/'))) await node.cgroups.remove(group);
}

export function listSandboxes(node: OciNode, podUid?: string): SandboxStatus[] {
  return [...node.ledger.sandboxes.values()].filter(({ config }) => podUid === undefined || config.metadata.uid === podUid).map((record) => sandboxStatus(record, sandboxHolds(record)));
}

function containersOf(node: OciNode, sandboxId: string): string[] {
  return [...node.ledger.containers.values()].filter((record) => record.sandboxId === sandboxId).map(({ id }) => id);
}
