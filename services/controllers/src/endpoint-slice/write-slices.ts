import type { discoveryV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Client, ResourceClient } from '@gantry/client';
import { ENDPOINTSLICES } from '@gantry/client';
import type { SliceChanges } from './pack.js';

async function removeSlice(slices: ResourceClient<discoveryV1.EndpointSlice>, { metadata = {} }: discoveryV1.EndpointSlice): Promise<void> {
  const { name = '', uid } = metadata;
  await slices.delete(name, { preconditions: { uid } }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Creates, then updates, then deletes: an endpoint that moves is seen twice on the way, never not at all. The first failure ends it. */
export async function writeSlices(client: Client, namespace: string, changes: SliceChanges, onWritten: (slice: discoveryV1.EndpointSlice) => void): Promise<void> {
  const slices = client.resource(ENDPOINTSLICES, namespace);
  for (const slice of changes.create) onWritten(await slices.create(slice));
  for (const slice of changes.update) onWritten(await slices.update(slice));
  for (const slice of changes.remove) await removeSlice(slices, slice);
}
