import { readdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasArgument, lookAtProcess } from '@gantry/machine';
import type { ProcessIdentity } from '@gantry/machine';
import { nodeCgroup, podCgroup } from './cgroups.js';
import { killCgroup, killGroup, lookAtContainer } from './container-end.js';
import { undoContainer } from './container-removal.js';
import type { OpenedLedger } from './ledger.js';
import { holderPrefix } from './node.js';
import type { OciNode } from './node.js';
import type { ContainerRecord } from './records.js';
import { deleteFromRuntime } from './runtime-state.js';
import { removeNodeCgroups, undoSandbox } from './sandboxes.js';
import { awaitUnfinished } from './unfinished.js';

/**
 * Brings records and machine together after a process that could have been killed at any line: what was half made is undone, what
 * runs is adopted, what belongs to nothing goes.
 */
export async function recover(node: OciNode, nameless: OpenedLedger['nameless']): Promise<void> {
  await awaitUnfinished(node.places);
  await undoHalfMade(node, nameless);
  await Promise.all([...node.ledger.containers.values()].map((record) => adopt(node, record)));
  await removeStrays(node);
}

async function undoHalfMade(node: OciNode, nameless: OpenedLedger['nameless']): Promise<void> {
  const { sandboxes, containers } = node.ledger;
  const homeless = [...containers.values()].filter(({ sandboxId }) => !sandboxes.has(sandboxId));
  for (const record of homeless) {
    if (record.starting === true) await killGroup(node, record);
    await undoContainer(node, record.id, record.imageId);
  }
  for (const id of nameless.containers) await undoContainer(node, id);
  // Without a holder that was written down there never was one that did anything.
  const hollow = [...sandboxes.values()].filter(({ holder }) => holder === undefined).map(({ id }) => id);
  for (const id of [...hollow, ...nameless.sandboxes]) await undoSandbox(node, id);
}

/** One that was being started may run without anybody having written it down; one that was only made waits to be made again. */
async function adopt(node: OciNode, record: ContainerRecord): Promise<void> {
  if (record.starting === true && record.started === undefined && record.ended === undefined) await adoptStarting(node, record);
  await lookAtContainer(node, record.id);
}

async function adoptStarting(node: OciNode, record: ContainerRecord): Promise<void> {
  const at = await stat(node.places.container(record.id).pidFile).then(({ mtimeMs }) => Math.floor(mtimeMs), () => undefined);
  if (at === undefined || !(await hasRun(node, record.id))) return;
  const state = await runtimeState(node, record.id);
  const present = state?.status === 'running' ? lookAtProcess(state.pid) : undefined;
  const reaper = present === undefined ? findReaper(record.id) : reaperOf(record.id, present.parent);
  await node.ledger.saveContainer({ ...record, started: { at, ...(present === undefined ? NOBODY : identity(present)), reaper } });
}

const NOBODY: ProcessIdentity = { pid: 0, startedAt: '' };

function identity({ pid, startedAt }: ProcessIdentity): ProcessIdentity {
  return { pid, startedAt };
}

/** A reaper that ended with the process to which it was about to report leaves its container to whoever takes in what has no parent: that will never say how it ended. */
function reaperOf(id: string, parent: number): ProcessIdentity {
  const reaper = hasArgument(parent, id) ? lookAtProcess(parent) : undefined;
  return reaper === undefined ? NOBODY : identity(reaper);
}

/** Whose container has ended, and who may not have written that down yet. */
function findReaper(id: string): ProcessIdentity {
  const pid = readdirSync('/proc').map(Number).find((each) => each > 0 && hasArgument(each, '--cid') && hasArgument(each, id));
  return pid === undefined ? NOBODY : reaperOf(id, pid);
}

/**
 * Both runtimes have a container wait at a fifo until it is started: one that was killed there has never run. What has run did so whether or
 * not its end was written down, since its reaper may have ended before it.
 */
async function hasRun({ places }: OciNode, id: string): Promise<boolean> {
  if (await exists(join(places.state, id, 'exec.fifo'))) return false;
  return (await exists(join(places.state, id))) || exists(places.container(id).exitFile);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

async function runtimeState(node: OciNode, id: string): Promise<{ status: string; pid: number } | undefined> {
  try {
    return JSON.parse(await node.runtime('state', id)) as { status: string; pid: number };
  } catch {
    return undefined;
  }
}

/** What the runtime, the machine and the images have for containers that are not. */
async function removeStrays(node: OciNode): Promise<void> {
  const { places, ledger, options } = node;
  for (const id of await readdir(places.state)) if (!isKnown(node, id)) await deleteFromRuntime(node, id);
  for (const id of await readdir(places.exits)) if (!ledger.containers.has(id)) await rm(join(places.exits, id), { force: true });
  const prefix = holderPrefix(options);
  for (const hold of await options.images.holds()) {
    if (hold.holder.startsWith(prefix) && !ledger.containers.has(hold.holder.slice(prefix.length))) await options.images.release(hold);
  }
  await removeStrayGroups(node);
  if (ledger.sandboxes.size === 0) await removeNodeCgroups(node);
}

async function removeStrayGroups(node: OciNode): Promise<void> {
  const pods = new Set([...node.ledger.sandboxes.values()].map(({ config }) => podCgroup(node.options, config.metadata.uid)));
  for (const name of await node.cgroups.children(nodeCgroup(node.options))) {
    const pod = join(nodeCgroup(node.options), name);
    for (const id of await node.cgroups.children(pod)) {
      if (isKnown(node, id)) continue;
      await killCgroup(node, join(pod, id));
      await node.cgroups.remove(join(pod, id));
    }
    if (!pods.has(pod)) await node.cgroups.remove(pod);
  }
}

function isKnown(node: OciNode, id: string): boolean {
  return node.ledger.containers.has(id) || node.ledger.sandboxes.has(id);
}
