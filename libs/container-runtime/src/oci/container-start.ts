import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RuntimeError } from '../runtime.js';
import { translatedCommand } from './command.js';
import { lookAtContainer } from './container-end.js';
import type { OciNode } from './node.js';
import { runtimeMessage, startByReaper } from './reaper.js';
import type { ContainerRecord } from './records.js';
import { deleteFromRuntime } from './runtime-state.js';
import { sandboxHolds } from './sandbox-state.js';

/** As upstream's runtimes have it for a program that never ran. */
const NEVER_RAN = 128;

/** Starts it, once: one that runs is left alone. A start that fails is its end. */
export function startContainer(node: OciNode, id: string): Promise<void> {
  return node.turns.run(id, () => node.heavy.run(() => start(node, id)));
}

async function start(node: OciNode, id: string): Promise<void> {
  const record = node.ledger.container(id);
  if (record.ended !== undefined) throw new RuntimeError('start-failed', `container "${id}" has ended`);
  if (record.started !== undefined) return;
  if (!sandboxHolds(node.ledger.sandbox(record.sandboxId))) throw new RuntimeError('not-found', `sandbox "${record.sandboxId}" is not running`);
  try {
    await carryOut(node, record);
  } catch (error) {
    await endFailedStart(node, id, translatedCommand(error, 'start-failed'));
  }
  node.events.tell({ containerId: id, podUid: record.podUid });
  // It may have ended before it was known to have started.
  lookLater(node, id);
}

async function carryOut(node: OciNode, record: ContainerRecord): Promise<void> {
  const { id, config } = record;
  await mkdir(dirname(config.logPath), { recursive: true });
  await node.ledger.saveContainer({ ...record, starting: true });
  const { process, reaper } = await startByReaper(node.options, node.places, record, () => lookLater(node, id));
  await node.ledger.saveContainer({ ...record, starting: true, started: { ...process, at: Date.now(), reaper } });
}

/** Nobody waits for it: what fails is found out by whoever asks. */
function lookLater(node: OciNode, id: string): void {
  lookAtContainer(node, id).catch((error: unknown) => node.logger.warn({ container: id, error: String(error) }, 'how a container ended could not be found out'));
}

async function endFailedStart(node: OciNode, id: string, error: RuntimeError): Promise<never> {
  const record = node.ledger.container(id);
  await deleteFromRuntime(node, id).catch((failure: unknown) => node.logger.warn({ container: id, error: String(failure) }, 'what is left of a start that failed goes with the container'));
  const message = runtimeMessage(error.message);
  await node.ledger.saveContainer({ ...record, ended: { at: Date.now(), exitCode: NEVER_RAN, reason: 'StartError', message } });
  node.events.tell({ containerId: id, podUid: record.podUid });
  throw new RuntimeError('start-failed', message, { cause: error });
}
