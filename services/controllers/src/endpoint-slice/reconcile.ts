import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { isConflict, selectorFromLabels } from '@gantry/apimachinery';
import type { LabelSelector } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import type { EventRecorder, Reconcile, ReconcileResult } from '@gantry/controller';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isNamespaceTerminating } from '../ownership/settle-claims.js';
import type { OwnWrites } from '../service-pods/own-writes.js';
import { selectsPods } from '../service-pods/selector-index.js';
import { TriggerTimes, withTriggerTime } from '../service-pods/trigger-times.js';
import type { SliceChanges } from './pack.js';
import { computePlan } from './plan.js';
import { writeSlices } from './write-slices.js';

/** Reads are from caches. */
export interface EndpointSliceDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly writes: OwnWrites;
  readonly service: (key: string) => coreV1.Service | undefined;
  readonly pods: (namespace: string, selector: LabelSelector) => readonly coreV1.Pod[];
  readonly node: (name: string) => coreV1.Node | undefined;
  /** The slices of a service that this controller keeps. */
  readonly slices: (key: string) => readonly discoveryV1.EndpointSlice[];
}

/** How long a look waits for the cache to show the writes of the one before, where no event says so: a safeguard. */
const CATCH_UP = 1000;

/** Each write says since when it was due. Nothing is created for a service that goes, for the garbage collector takes its slices. */
function finished(changes: SliceChanges, service: coreV1.Service, triggerTime: string | undefined): SliceChanges {
  const stamp = (slice: discoveryV1.EndpointSlice): discoveryV1.EndpointSlice => ({ ...slice, metadata: { ...slice.metadata, annotations: withTriggerTime(slice.metadata?.annotations, triggerTime) } });
  return { create: isBeingDeleted(service) ? [] : changes.create.map(stamp), update: changes.update.map(stamp), remove: changes.remove };
}

function report({ recorder }: EndpointSliceDependencies, service: coreV1.Service, error: unknown): void {
  if (isConflict(error)) return;
  const { namespace, name } = service.metadata ?? {};
  const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${error instanceof Error ? error.message : String(error)}`;
  recorder.event({ ...service, apiVersion: 'v1', kind: 'Service' }, { type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message });
}

/** Brings the slices of one service to what its pods are. */
export function createReconcile(dependencies: EndpointSliceDependencies): Reconcile {
  const { client, writes } = dependencies;
  const triggerTimes = new TriggerTimes();
  const forget = (key: string) => {
    triggerTimes.forget(key);
    writes.forget(key);
  };
  return async (key): Promise<ReconcileResult | void> => {
    const service = dependencies.service(key);
    if (service === undefined) return forget(key);
    if (!selectsPods(service)) return;
    if (writes.isBehind(key)) return { requeueAfter: CATCH_UP };
    const namespace = service.metadata?.namespace ?? '';
    const pods = dependencies.pods(namespace, selectorFromLabels(service.spec?.selector));
    const slices = dependencies.slices(key).filter((slice) => !isBeingDeleted(slice));
    const plan = computePlan(service, { pods, node: dependencies.node, slices });
    const changes = finished(plan, service, triggerTimes.look(key, service, pods));
    try {
      await writeSlices(client, namespace, changes, (slice) => writes.wrote(key, slice));
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      report(dependencies, service, error);
      throw error;
    }
  };
}
