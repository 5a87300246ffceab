import { systemPriorityClasses } from '@gantry/resources';
import { ensureObject } from '../cluster-network/own-objects.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';

/** Makes the priority classes of the system. Safe at every start and by several replicas at once. */
export async function ensurePriorityClasses(env: RegistryEnvironment, resources: readonly ServedResource[]): Promise<void> {
  const classes = resourceNamed(resources, 'scheduling.k8s.io', 'priorityclasses');
  await Promise.all(systemPriorityClasses.map((wish) => ensureObject(env, classes, { ...wish, metadata: wish.metadata })));
}
