import type { coreV1 } from '@gantry/api-types';
import { deepEqual, isConflict, isNotFound } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import { identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

const ATTEMPTS = 5;

/**
 * Writes pods' statuses: only what changed, only for the uid that was meant, and only on top of the version that the status was
 * made from, so that conditions of others are never lost. A lost race reads the pod again and makes the status anew.
 */
export interface StatusWriter {
  /** `make` gets the newest known object, with the spec that was looked at, and returns its whole status. Returns the object as it is then; undefined: this uid is gone. */
  write(pod: Pod, make: (pod: Pod) => coreV1.PodStatus): Promise<Pod | undefined>;
  forget(podUid: string): void;
}

interface Written {
  readonly status: coreV1.PodStatus;
  readonly resourceVersion: string | undefined;
}

/** Nobody has written since, and there is nothing else to say. */
function isAsWritten(written: Written | undefined, current: Pod, status: coreV1.PodStatus): boolean {
  return written !== undefined && written.resourceVersion === current.metadata?.resourceVersion && deepEqual(written.status, status);
}

export function createStatusWriter(client: Client): StatusWriter {
  /** What was last written, by uid: a server that stores a status in its own words must not be answered for ever. */
  const written = new Map<string, Written>();
  return {
    forget: (uid) => void written.delete(uid),
    async write(pod, make) {
      const { uid, namespace, name } = identityOf(pod);
      const pods = client.resource<Pod>(PODS, namespace);
      let current = pod;
      for (let attempt = 1; ; attempt += 1) {
        const status = make(asSeen(current, pod));
        if (deepEqual(status, current.status ?? {}) || isAsWritten(written.get(uid), current, status)) return current;
        try {
          const answer = await pods.patch(name, 'application/merge-patch+json', statusPatch(current, status), { subresource: 'status' });
          written.set(uid, { status, resourceVersion: answer.metadata?.resourceVersion });
          return answer;
        } catch (error) {
          if (isNotFound(error)) return undefined;
          if (!isConflict(error) || attempt === ATTEMPTS) throw error;
          const fresh = await freshPod(() => pods.get(name));
          if (fresh?.metadata?.uid !== uid) return undefined;
          current = fresh;
        }
      }
    },
  };
}

/** Somebody may have changed the spec meanwhile: nothing can be said of that before it was looked at. */
export function asSeen(current: Pod, seen: Pod): Pod {
  if (current === seen) return seen;
  const { generation, ...metadata } = current.metadata ?? {};
  const known = seen.metadata?.generation ?? generation;
  return { ...current, metadata: { ...metadata, ...(known === undefined ? {} : { generation: known }) }, spec: seen.spec };
}

async function freshPod(get: () => Promise<Pod>): Promise<Pod | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Guarded by uid and version. A merge patch keeps what it does not name, so what is no longer there is named as null. */
export function statusPatch(pod: Pod, status: coreV1.PodStatus): object {
  const before: Record<string, unknown> = { ...pod.status };
  const after: Record<string, unknown> = { ...status };
  const changed: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!deepEqual(before[key], after[key])) changed[key] = after[key] ?? null;
  }
  return { metadata: { uid: pod.metadata?.uid, resourceVersion: pod.metadata?.resourceVersion }, status: changed };
}
