import type { discoveryV1 } from '@gantry/api-types';
import type { WorkQueue } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import type { OwnWrites } from '../service-pods/own-writes.js';
import { MANAGED_BY, SERVICE_NAME } from './labels.js';

/** Slices by who keeps them and the key of their service. */
export const BY_SERVICE = 'service';

/** The key of the slice's service; undefined where it names none. */
export function serviceKey({ metadata }: discoveryV1.EndpointSlice): string | undefined {
  const name = metadata?.labels?.[SERVICE_NAME] ?? '';
  return name === '' ? undefined : `${metadata?.namespace ?? ''}/${name}`;
}

/** The value under which `BY_SERVICE` holds the slices of a service. */
export function keptBy(controller: string, key: string): string {
  return `${controller} ${key}`;
}

/** The index function of `BY_SERVICE`. */
export function serviceEntries(slice: discoveryV1.EndpointSlice): readonly string[] {
  const key = serviceKey(slice);
  return key === undefined ? [] : [keptBy(slice.metadata?.labels?.[MANAGED_BY] ?? '', key)];
}

/** Enqueues the service of a slice that somebody else changed, took from this controller or gave to it. */
export function enqueueChangedSlices(slices: Informer<discoveryV1.EndpointSlice>, controller: string, writes: OwnWrites, queue: WorkQueue): () => void {
  const keyOfKept = (slice: discoveryV1.EndpointSlice) => (slice.metadata?.labels?.[MANAGED_BY] === controller ? serviceKey(slice) : undefined);
  const add = (key: string | undefined) => void (key !== undefined && queue.add(key));
  const seen = (slice: discoveryV1.EndpointSlice) => {
    const key = keyOfKept(slice);
    if (key !== undefined && writes.concerns(key, slice)) add(key);
  };
  return slices.addHandler({
    add: seen,
    update: (slice, old) => {
      seen(slice);
      if (keyOfKept(old) !== keyOfKept(slice)) add(keyOfKept(old));
    },
    delete: (slice) => add(keyOfKept(slice)),
  });
}
