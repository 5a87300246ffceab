import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import type { RunningController, WorkQueue } from '@gantry/controller';
import { countsIn } from '@gantry/resources';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { isPodFinished } from '../pods/pod-status.js';
import type { DiscoveredResource } from '../resources/discovered-resource.js';
import { createReconcile } from './reconcile.js';

/** Milliseconds in which what goes is gathered: who deletes one object of a namespace often deletes many. */
const GATHERING = 200;
/** What comes was counted by admission, but where that knew nothing of the quota yet. */
const LATE = 2_000;

/** Wakes the quotas of a namespace in which objects of this kind count. */
function follow({ informers }: ControllerContext, { group, resource, ...reference }: DiscoveredResource, queue: WorkQueue): Detach {
  const { lister } = informers.resourceQuotas;
  const wake = ({ metadata }: KubeObject, milliseconds: number): void => {
    if (lister.size === 0) return;
    for (const quota of lister.list({ namespace: metadata?.namespace ?? '' })) if (countsIn(quota.spec ?? {}, group, resource)) queue.addAfter(keyOf(quota), milliseconds);
  };
  const isPods = group === '' && resource === 'pods';
  return informers.all.informer<KubeObject>({ group, resource, ...reference }).addHandler({
    add: (object, initial) => void (!initial && wake(object, LATE)),
    update: (object, old) => {
      if (isPods && isPodFinished(object as coreV1.Pod) && !isPodFinished(old as coreV1.Pod)) wake(object, GATHERING);
    },
    delete: (object) => wake(object, GATHERING),
  });
}

function followQuotas({ informers }: ControllerContext, queue: WorkQueue): Detach {
  return informers.resourceQuotas.addHandler({
    add: (quota) => queue.add(keyOf(quota)),
    update: (quota, old) => {
      if (!deepEqual(quota.spec, old.spec) || !deepEqual(quota.spec?.hard ?? {}, quota.status?.hard)) queue.add(keyOf(quota));
    },
  });
}

function start(context: ControllerContext, resources: readonly DiscoveredResource[], name: string): RunningController {
  const { client, clock, informers } = context;
  const reconcile = createReconcile({ client, clock, resources: context.resources, quota: (key) => informers.resourceQuotas.lister.getByKey(key) });
  const countable = resources.filter(({ namespaced, group, resource }) => namespaced && !(resource === 'events' && (group === '' || group === 'events.k8s.io')));
  const connect = (queue: WorkQueue): Detach[] => [followQuotas(context, queue), ...countable.map((resource) => follow(context, resource, queue))];
  return startLoop({ name, context, reconcile, concurrency: 5, connect });
}

/** Quotas: what is used of them. */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  start(context) {
    let stopped = false;
    const running = context.resources().then(
      (resources) => (stopped ? undefined : start(context, resources, this.name)),
      (error: unknown) => void context.logger.error({ controller: this.name, error: String(error) }, 'could not start'),
    );
    return {
      async stop() {
        stopped = true;
        await (await running)?.stop();
      },
    };
  },
};
