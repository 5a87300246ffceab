import { writeFile } from 'node:fs/promises';
import { anySignal, delay, systemClock, withTimeout } from '@gantry/async';
import { signalProcess } from '@gantry/machine';
import { findEnd, lostEnd } from './ends.js';
import type { OciNode } from './node.js';
import type { ContainerRecord, EndedContainer } from './records.js';

/** Milliseconds after which a container is looked at by somebody who waits for its end, should no event come. */
const LOOK_AGAIN = 1000;
/** How often what is left in a group is killed: processes can make others meanwhile. */
const KILL_ROUNDS = 20;

/** Finds out whether a container has ended, and tells of it. */
export async function lookAtContainer(node: OciNode, id: string): Promise<void> {
  const before = node.ledger.containers.get(id);
  if (before === undefined || before.ended !== undefined || node.closed.aborted) return;
  const end = await findEnd(before, node.places.container(id), node.cgroups, node.cgroupOf(before));
  // Others may look at the same time: one of them tells of it.
  if (end !== undefined) await node.turns.run(`${id}/end`, () => settle(node, before, end));
}

async function settle(node: OciNode, before: ContainerRecord, end: EndedContainer | 'lost'): Promise<void> {
  const present = (): ContainerRecord | undefined => node.ledger.containers.get(before.id);
  if (present()?.ended !== undefined) return;
  if (end === 'lost' || (before.config.pid ?? 'container') !== 'container') await killGroup(node, before);
  // It may be gone by now, or its start have failed.
  const now = present();
  if (now !== undefined && now.ended === undefined) await note(node, now, end);
}

/** What the reaper wrote down can be read again; what nobody wrote must be. */
async function note(node: OciNode, record: ContainerRecord, end: EndedContainer | 'lost'): Promise<void> {
  if (end === 'lost') await node.ledger.saveContainer({ ...record, ended: lostEnd(Date.now()) });
  else node.ledger.noteContainer({ ...record, ended: end });
  tellEnd(node, record);
}

/** It has ended or is gone. */
export function tellEnd(node: OciNode, { id, podUid }: Pick<ContainerRecord, 'id' | 'podUid'>): void {
  node.events.tell({ containerId: id, podUid });
}

export function isRunning(node: OciNode, id: string): boolean {
  const record = node.ledger.containers.get(id);
  return record?.started !== undefined && record.ended === undefined;
}

/** Resolves when it does not run any more; rejects when `signal` aborts before. */
export async function containerEnd(node: OciNode, id: string, signal: AbortSignal): Promise<void> {
  await lookAtContainer(node, id);
  while (isRunning(node, id)) {
    signal.throwIfAborted();
    await nextWord(node, id, signal);
    await lookAtContainer(node, id);
  }
}

/** Resolves when something is told of it, when `signal` aborts, or after a while. Nothing stays of a wait: some last as long as their container. */
async function nextWord(node: OciNode, id: string, signal: AbortSignal): Promise<void> {
  const heard = new AbortController();
  node.events.listen(({ containerId }) => (containerId === id ? heard.abort() : undefined), heard.signal);
  const { signal: over, dispose } = anySignal([signal, heard.signal]);
  await delay(systemClock, LOOK_AGAIN, over).catch(() => undefined);
  dispose();
  heard.abort();
}

/** Sends the stop signal, and SIGKILL after the grace; resolves when it does not run. */
export async function stopContainer(node: OciNode, id: string, graceSeconds: number): Promise<void> {
  await node.turns.idle(id);
  await lookAtContainer(node, id);
  const { started, stopSignal } = node.ledger.containers.get(id) ?? {};
  if (started === undefined || stopSignal === undefined || !isRunning(node, id)) return;
  signalProcess(started, stopSignal);
  if (graceSeconds > 0) await withTimeout(systemClock, graceSeconds * 1000, undefined, (limit) => containerEnd(node, id, limit)).catch(() => undefined);
  await killContainer(node, id);
}

export async function killContainer(node: OciNode, id: string): Promise<void> {
  const { started } = node.ledger.containers.get(id) ?? {};
  if (started === undefined || !isRunning(node, id)) return;
  signalProcess(started, 'SIGKILL');
  await containerEnd(node, id, new AbortController().signal);
}

/** Kills all processes of a container, also those that do not go with its first one because others see them too. */
export async function killGroup(node: OciNode, record: ContainerRecord): Promise<void> {
  if (record.started !== undefined) signalProcess(record.started, 'SIGKILL');
  await killCgroup(node, node.cgroupOf(record));
}

export async function killCgroup(node: OciNode, cgroup: string): Promise<void> {
  if (node.cgroups.version === 2) await writeFile(node.cgroups.file(cgroup, 'memory', 'cgroup.kill'), '1').catch(() => undefined);
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const left = await node.cgroups.processes(cgroup);
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
    await delay(systemClock, round);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
