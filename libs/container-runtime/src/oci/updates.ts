import { join } from 'node:path';
import type { ContainerResources } from '../runtime.js';
import { readJson, writeAtomically } from './atomic-file.js';
import { translatedCommand } from './command.js';
import type { OciNode } from './node.js';
import { changedLimits, containerLimits } from './spec/resources.js';
import type { RuntimeSpec } from './spec/runtime-spec.js';

/** Changes what a container may use, at once where it runs. */
export function updateContainer(node: OciNode, id: string, resources: ContainerResources): Promise<void> {
  return node.turns.run(id, async () => {
    const record = node.ledger.container(id);
    if (record.ended === undefined) await (record.started === undefined ? changeSpec(node, id, resources) : changeGroup(node, id, resources));
    const now = node.ledger.container(id);
    await node.ledger.saveContainer({ ...now, config: { ...now.config, resources: { ...now.config.resources, ...resources } } });
  });
}

async function changeSpec(node: OciNode, id: string, resources: ContainerResources): Promise<void> {
  const { spec: file } = node.places.container(id);
  const spec = await readJson<RuntimeSpec>(file);
  if (spec === undefined) return;
  const { devices } = spec.linux.resources;
  const changed = { ...(devices === undefined ? {} : { devices }), ...containerLimits(resources, node.machine) };
  await writeAtomically(file, JSON.stringify({ ...spec, linux: { ...spec.linux, resources: changed } }));
}

async function changeGroup(node: OciNode, id: string, resources: ContainerResources): Promise<void> {
  const file = join(node.places.container(id).directory, 'resources.json');
  await writeAtomically(file, JSON.stringify(changedLimits(resources, node.machine)));
  try {
    await node.runtime('update', '--resources', file, id);
  } catch (error) {
    throw translatedCommand(error, 'invalid');
  }
}
