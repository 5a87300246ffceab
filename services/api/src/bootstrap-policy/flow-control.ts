import { bootstrapFlowSchemas, bootstrapPriorityLevels, semanticEqual } from '@gantry/resources';
import type { BootstrapFlowObject, ResourceObject } from '@gantry/resources';
import { changeObject, ensureObject } from '../cluster-network/own-objects.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';

const GROUP = 'flowcontrol.apiserver.k8s.io';
/** `true`: a start puts back what was changed. A mandatory object has no choice. */
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

/** Makes the priority levels and flow schemas that every cluster has, and those that somebody changed as they are to be. Safe at every start and by several replicas at once. */
export async function ensureFlowControl(env: RegistryEnvironment, resources: readonly ServedResource[]): Promise<void> {
  const levels = resourceNamed(resources, GROUP, 'prioritylevelconfigurations');
  const schemas = resourceNamed(resources, GROUP, 'flowschemas');
  await Promise.all([...bootstrapPriorityLevels.map((level) => ensure(env, levels, level)), ...bootstrapFlowSchemas.map((schema) => ensure(env, schemas, schema))]);
}

async function ensure(env: RegistryEnvironment, resource: ServedResource, { name, isMandatory, spec }: BootstrapFlowObject<object>): Promise<void> {
  const metadata = { name, annotations: { [AUTO_UPDATE]: 'true' } };
  const existing = await ensureObject(env, resource, { metadata, spec });
  if (existing === undefined) return;
  const isAutomatic = existing.metadata.annotations?.[AUTO_UPDATE] === 'true';
  if (!isMandatory && !isAutomatic) return;
  const wanted = isAutomatic ? spec : { ...spec, ...ownShares(existing) };
  if (!semanticEqual(existing['spec'], wanted)) await changeObject(env, resource, metadata, (object) => void (object['spec'] = structuredClone(wanted)));
}

/** How much the level of those who never wait lends is the administrator's, who says so by the annotation. */
function ownShares({ spec }: ResourceObject): object {
  const { exempt } = spec as { exempt?: object };
  return exempt === undefined ? {} : { exempt };
}
