import type { coreV1 } from '@gantry/api-types';
import type { ResourceClient } from '@gantry/client';

const TIMEOUT_MS = 300_000;

/** The image of all pods and of the containers beside them. */
export const POD_IMAGE = 'busybox:1.36';

/**
 * Milliseconds from each POST sent to the event that says Running; the pods are gone when it resolves. `whileRunning` is called when all of
 * them run, before they are deleted.
 */
export async function startPods(resource: ResourceClient<coreV1.Pod>, names: readonly string[], whileRunning: () => Promise<void> = () => Promise.resolve()): Promise<number[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const list = await resource.list({ signal });
  const events = resource.watch({ resourceVersion: list.metadata.resourceVersion ?? '', signal });
  const sent = new Map<string, number>();
  const took: number[] = [];
  const watching = (async () => {
    const running = new Set<string>();
    let gone = 0;
    let deleting: Promise<unknown> | undefined;
    for await (const event of events) {
      if (event.type === 'BOOKMARK') continue;
      const name = event.object.metadata?.name ?? '';
      if (event.type === 'DELETED') gone += 1;
      else if (event.object.status?.phase === 'Running' && !running.has(name)) {
        running.add(name);
        took.push(performance.now() - (sent.get(name) ?? 0));
        if (running.size === names.length) deleting = whileRunning().then(() => Promise.all(names.map((each) => resource.delete(each, { gracePeriodSeconds: 0 }))));
      }
      if (gone === names.length) return deleting;
    }
    throw new Error(`only ${took.length} of ${names.length} pods ran`);
  })();
  const creating = names.map((name) => {
    sent.set(name, performance.now());
    return resource.create(podOf(name));
  });
  await Promise.all([watching, ...creating]);
  return took;
}

function podOf(name: string): coreV1.Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: POD_IMAGE, imagePullPolicy: 'IfNotPresent', command: ['sleep', '3600'] }] } };
}
