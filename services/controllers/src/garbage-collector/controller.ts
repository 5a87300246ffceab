import type { KubeObject } from '@gantry/client';
import type { RunningController, WorkQueue } from '@gantry/controller';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { startLoop } from '../controller-context.js';
import type { DiscoveredResource } from '../resources/discovered-resource.js';
import { apiVersionOf, findResource } from '../resources/discovered-resource.js';
import { AbsentOwners } from './absent-owners.js';
import type { CollectorDependencies } from './collect.js';
import { attempt, orphan } from './collect.js';
import type { Consequences } from './graph.js';
import { OwnerGraph } from './graph.js';

const ATTEMPT = 'attempt/';
const ORPHAN = 'orphan/';

/** Kinds that own nothing, are owned by nothing and come in masses. */
const IGNORED = new Set(['/events', 'events.k8s.io/events']);

function enqueue(queue: WorkQueue, { attempt: attempts, orphan: orphans }: Consequences): void {
  for (const uid of attempts) queue.add(ATTEMPT + uid);
  for (const uid of orphans) queue.add(ORPHAN + uid);
}

/** Feeds the graph with one kind. */
function follow({ informers }: ControllerContext, resource: DiscoveredResource, graph: OwnerGraph, absent: AbsentOwners, queue: WorkQueue): Detach {
  const apiVersion = apiVersionOf(resource);
  const observe = (object: KubeObject) => enqueue(queue, graph.observe(object, apiVersion, resource.kind));
  return informers.all.informer<KubeObject>(resource).addHandler({
    add: observe,
    update: observe,
    delete: ({ metadata }) => {
      const uid = metadata?.uid ?? '';
      if ((graph.get(uid)?.dependents.size ?? 0) > 0) absent.add(metadata?.namespace ?? '', uid);
      enqueue(queue, graph.remove(uid));
    },
  });
}

function start(context: ControllerContext, resources: readonly DiscoveredResource[], name: string): RunningController {
  const graph = new OwnerGraph();
  const absent = new AbsentOwners();
  let queue: WorkQueue | undefined;
  const dependencies: CollectorDependencies = {
    client: context.client,
    graph,
    absent,
    resourceOf: (apiVersion, kind) => findResource(resources, apiVersion, kind),
    follow: (consequences) => queue && enqueue(queue, consequences),
  };
  return startLoop({
    name,
    context,
    concurrency: 10,
    reconcile: async (key) => (key.startsWith(ORPHAN) ? await orphan(dependencies, key.slice(ORPHAN.length)) : await attempt(dependencies, key.slice(ATTEMPT.length))),
    connect: (made) => {
      queue = made;
      return resources.map((resource) => follow(context, resource, graph, absent, made));
    },
  });
}

/** Starts once the caches of all kinds are filled: an owner that is only not seen yet must not count as gone. */
async function startWhenSynced(context: ControllerContext, name: string, signal: AbortSignal): Promise<RunningController | undefined> {
  const resources = (await context.resources()).filter(({ group, resource }) => !IGNORED.has(`${group}/${resource}`));
  const informers = resources.map((resource) => context.informers.all.informer<KubeObject>(resource));
  await Promise.all(informers.map((informer) => informer.waitForSync(signal)));
  return signal.aborted ? undefined : start(context, resources, name);
}

/** Objects whose owners are gone, over all kinds. */
export const garbageCollector: Controller = {
  name: 'garbage-collector-controller',
  start(context) {
    const stopping = new AbortController();
    const running = startWhenSynced(context, this.name, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) context.logger.error({ controller: this.name, error: String(error) }, 'could not start');
      return undefined;
    });
    return {
      async stop() {
        stopping.abort(new Error('garbage collector stops'));
        await (await running)?.stop();
      },
    };
  },
};
