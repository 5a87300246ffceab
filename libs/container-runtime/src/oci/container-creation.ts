import type { StoredImage } from '@gantry/container-images';
import type { ContainerConfig } from '../runtime.js';
import { RuntimeError } from '../runtime.js';
import { writeAtomically } from './atomic-file.js';
import { translatedCommand } from './command.js';
import { undoContainer } from './container-removal.js';
import { newId } from './ids.js';
import { translatedImageError } from './images.js';
import { readInsideRoot } from './inside-root.js';
import { machineDevices } from './machine.js';
import type { OciNode } from './node.js';
import { mountOverlay } from './overlay.js';
import { pinMounts } from './pinned-mounts.js';
import type { ContainerRecord, SandboxRecord } from './records.js';
import { sandboxHolds } from './sandbox-state.js';
import { containerSpec } from './spec/container-spec.js';
import { stopSignalNumber } from './spec/signals.js';

/** Makes all that a container needs to start: its record, its files, its specification. */
export function createContainer(node: OciNode, sandboxId: string, config: ContainerConfig): Promise<string> {
  return node.turns.run(`${sandboxId}/${config.name}/${config.attempt}`, async () => {
    const sandbox = runningSandbox(node, sandboxId);
    refuseDouble(node, sandboxId, config);
    const image = await findImage(node, config.image);
    const record = newRecord(sandbox, config, image);
    // Whoever finds its record meanwhile and removes it has to come after that: what is still being mounted would be removed with it.
    await node.turns.run(record.id, () => make(node, sandbox, record, image));
    node.events.tell({ containerId: record.id, podUid: record.podUid });
    return record.id;
  });
}

async function make(node: OciNode, sandbox: SandboxRecord, record: ContainerRecord, image: StoredImage): Promise<void> {
  await node.options.images.hold({ imageId: image.id, holder: node.holderOf(record.id) });
  try {
    await node.ledger.saveContainer(record);
    await makeFiles(node, sandbox, record, image);
  } catch (error) {
    await undoContainer(node, record.id, image.id);
    throw translatedCommand(error, 'invalid');
  }
}

function runningSandbox(node: OciNode, id: string): SandboxRecord {
  const sandbox = node.ledger.sandbox(id);
  if (!sandboxHolds(sandbox)) throw new RuntimeError('not-found', `sandbox "${id}" is not running`);
  return sandbox;
}

/** A create that is repeated meets its first result. */
function refuseDouble(node: OciNode, sandboxId: string, { name, attempt }: ContainerConfig): void {
  for (const { id, config, sandboxId: other } of node.ledger.containers.values()) {
    if (other === sandboxId && config.name === name && config.attempt === attempt) throw new RuntimeError('name-conflict', `start ${attempt} of container "${name}" is container "${id}"`);
  }
}

async function findImage(node: OciNode, reference: string): Promise<StoredImage> {
  const image = await node.options.images.get(reference).catch((error: unknown) => Promise.reject(translatedImageError(error)));
  if (image === undefined) throw new RuntimeError('image-not-found', `no such image: ${reference}`);
  return image;
}

function newRecord(sandbox: SandboxRecord, config: ContainerConfig, image: StoredImage): ContainerRecord {
  return {
    id: newId(), sandboxId: sandbox.id, podUid: sandbox.config.metadata.uid, config, imageId: image.id, imageRef: image.repoDigests[0] ?? image.id,
    stopSignal: stopSignalNumber(config.stopSignal, image.config.StopSignal), createdAt: Date.now(),
  };
}

async function makeFiles(node: OciNode, sandbox: SandboxRecord, record: ContainerRecord, image: StoredImage): Promise<void> {
  const places = node.places.container(record.id);
  const { config } = record;
  await mountOverlay(places, image.layers);
  const mounts = await pinMounts(places, config.mounts);
  const [passwd, group] = await Promise.all(['/etc/passwd', '/etc/group'].map((path) => readInsideRoot(places.rootfs, path)));
  const { shm, hostname } = node.places.sandbox(sandbox.id);
  const spec = containerSpec({
    config: { ...config, mounts }, image: image.config, machine: node.machine, rootfs: places.rootfs, cgroup: node.cgroupOf(record),
    users: { passwd: passwd ?? '', group: group ?? '' },
    sandbox: { config: sandbox.config, holder: sandbox.holder?.pid ?? 0, shm: sandbox.config.ipc === 'node' ? '/dev/shm' : shm, hostname },
    devices: config.security.privileged ? await machineDevices() : [],
    ...(config.pidOf === undefined ? {} : { pidOf: runningProcess(node, config.pidOf) }),
  });
  await writeAtomically(places.spec, JSON.stringify(spec));
}

function runningProcess(node: OciNode, id: string): number {
  const { started, ended } = node.ledger.container(id);
  if (started === undefined || ended !== undefined) throw new RuntimeError('invalid', `container "${id}" is not running`);
  return started.pid;
}
