import type { coreV1 } from '@gantry/api-types';
import { isConflict, isNotFound, selectorFromLabels } from '@gantry/apimachinery';
import type { LabelSelector } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { ENDPOINTS } from '@gantry/client';
import type { EventRecorder, Reconcile, ReconcileResult } from '@gantry/controller';
import { splitKey } from '@gantry/informer';
import { isNamespaceTerminating } from '../ownership/settle-claims.js';
import type { OwnWrites } from '../service-pods/own-writes.js';
import { selectsPods } from '../service-pods/selector-index.js';
import { TriggerTimes } from '../service-pods/trigger-times.js';
import { computePlan } from './plan.js';

/** Reads are from caches. */
export interface EndpointsDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly writes: OwnWrites;
  readonly service: (key: string) => coreV1.Service | undefined;
  readonly pods: (namespace: string, selector: LabelSelector) => readonly coreV1.Pod[];
  readonly endpoints: (key: string) => coreV1.Endpoints | undefined;
}

/** How long a look waits for the cache to show the write of the one before, where no event says so: a safeguard. */
const CATCH_UP = 1000;

function report({ recorder }: EndpointsDependencies, endpoints: coreV1.Endpoints, error: unknown): void {
  if (isConflict(error)) return;
  const { namespace, name, resourceVersion } = endpoints.metadata ?? {};
  const cause = error instanceof Error ? error.message : String(error);
  const created = resourceVersion === undefined;
  const content = created
    ? { reason: 'FailedToCreateEndpoint', message: `Failed to create endpoint for service ${namespace}/${name}: ${cause}` }
    : { reason: 'FailedToUpdateEndpoint', message: `Failed to update endpoint ${namespace}/${name}: ${cause}` };
  recorder.event(endpoints, { type: 'Warning', ...content });
}

async function write(dependencies: EndpointsDependencies, key: string, wanted: coreV1.Endpoints): Promise<void> {
  const client = dependencies.client.resource(ENDPOINTS, wanted.metadata?.namespace);
  try {
    const written = await (wanted.metadata?.resourceVersion === undefined ? client.create(wanted) : client.update(wanted));
    dependencies.writes.wrote(key, written);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    report(dependencies, wanted, error);
    throw error;
  }
}

/** Whoever made them: they have no meaning without their service. */
async function remove({ client }: EndpointsDependencies, key: string): Promise<void> {
  const { namespace, name } = splitKey(key);
  await client.resource(ENDPOINTS, namespace).delete(name).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Brings the Endpoints of one service to what its pods are. */
export function createReconcile(dependencies: EndpointsDependencies): Reconcile {
  const { writes } = dependencies;
  const triggerTimes = new TriggerTimes();
  return async (key): Promise<ReconcileResult | void> => {
    const service = dependencies.service(key);
    if (service === undefined) {
      triggerTimes.forget(key);
      writes.forget(key);
      return remove(dependencies, key);
    }
    if (!selectsPods(service)) return;
    if (writes.isBehind(key)) return { requeueAfter: CATCH_UP };
    const pods = dependencies.pods(service.metadata?.namespace ?? '', selectorFromLabels(service.spec?.selector));
    const wanted = computePlan(service, { pods, current: dependencies.endpoints(key), triggerTime: triggerTimes.look(key, service, pods) });
    if (wanted !== undefined) await write(dependencies, key, wanted);
  };
}
