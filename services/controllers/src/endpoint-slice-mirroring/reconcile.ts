import type { coreV1, discoveryV1 } from '@gantry/api-types';
import type { Client } from '@gantry/client';
import type { EventRecorder, Reconcile, ReconcileResult } from '@gantry/controller';
import { splitKey } from '@gantry/informer';
import type { SliceChanges } from '../endpoint-slice/pack.js';
import { writeSlices } from '../endpoint-slice/write-slices.js';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isNamespaceTerminating } from '../ownership/settle-claims.js';
import type { OwnWrites } from '../service-pods/own-writes.js';
import type { Mirrored } from './endpoint-groups.js';
import { groupEndpoints, MAX_PER_SUBSET } from './endpoint-groups.js';
import { computePlan, isMirrored } from './plan.js';

/** Reads are from caches. */
export interface MirroringDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly writes: OwnWrites;
  readonly service: (key: string) => coreV1.Service | undefined;
  readonly endpoints: (key: string) => coreV1.Endpoints | undefined;
  /** The slices of Endpoints that this controller keeps. */
  readonly slices: (key: string) => readonly discoveryV1.EndpointSlice[];
}

/** How long a look waits for the cache to show the writes of the one before, where no event says so: a safeguard. */
const CATCH_UP = 1000;

function reportSkipped({ recorder }: MirroringDependencies, endpoints: coreV1.Endpoints, { invalid, skipped }: Mirrored): void {
  const regarding = { ...endpoints, apiVersion: 'v1', kind: 'Endpoints' };
  if (invalid > 0) recorder.event(regarding, { type: 'Warning', reason: 'InvalidIPAddress', message: `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices` });
  if (skipped <= invalid) return;
  const message = `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
  recorder.event(regarding, { type: 'Warning', reason: 'TooManyAddressesToMirror', message });
}

function changesFor(dependencies: MirroringDependencies, key: string): SliceChanges {
  const endpoints = dependencies.endpoints(key);
  const slices = dependencies.slices(key).filter((slice) => !isBeingDeleted(slice));
  if (endpoints === undefined || !isMirrored(endpoints, dependencies.service(key))) return { create: [], update: [], remove: [...slices] };
  const mirrored = groupEndpoints(endpoints);
  reportSkipped(dependencies, endpoints, mirrored);
  return computePlan(endpoints, mirrored, slices);
}

/** Brings the mirror of one Endpoints to what they say, or takes it away. */
export function createReconcile(dependencies: MirroringDependencies): Reconcile {
  const { client, writes } = dependencies;
  return async (key): Promise<ReconcileResult | void> => {
    if (writes.isBehind(key)) return { requeueAfter: CATCH_UP };
    try {
      await writeSlices(client, splitKey(key).namespace ?? '', changesFor(dependencies, key), (slice) => writes.wrote(key, slice));
    } catch (error) {
      if (!isNamespaceTerminating(error)) throw error;
    }
  };
}
