import { killContainer, killGroup, tellEnd } from './container-end.js';
import { removeLog } from './logs/rotate-log.js';
import type { OciNode } from './node.js';
import { unmountOverlay } from './overlay.js';
import type { ContainerRecord } from './records.js';
import { deleteFromRuntime } from './runtime-state.js';

/** Takes a container away with all that was made for it, whatever it does. */
export function removeContainer(node: OciNode, id: string): Promise<void> {
  return node.turns.run(id, async () => {
    const record = node.ledger.containers.get(id);
    if (record === undefined) return;
    await killContainer(node, id);
    if (record.starting === true) await killGroup(node, record);
    await undoContainer(node, id, record.imageId);
    tellEnd(node, record);
  });
}

/**
 * The record goes last but for the hold on the image: until then somebody else finds what is left by it, and a hold without a
 * container is found by its name.
 */
export async function undoContainer(node: OciNode, id: string, imageId?: string): Promise<void> {
  const record = node.ledger.containers.get(id);
  await deleteFromRuntime(node, id);
  await unmountOverlay(node.places.container(id));
  if (record !== undefined) await Promise.all([node.cgroups.remove(node.cgroupOf(record)), removeOwnLog(node, record)]);
  await node.ledger.removeContainer(id);
  if (imageId !== undefined) await node.options.images.release({ imageId, holder: node.holderOf(id) });
}

/** Another container may write under the same name by now. */
async function removeOwnLog({ ledger }: OciNode, { id, config: { logPath } }: ContainerRecord): Promise<void> {
  const others = [...ledger.containers.values()].filter((other) => other.id !== id);
  if (!others.some(({ config }) => config.logPath === logPath)) await removeLog(logPath);
}
