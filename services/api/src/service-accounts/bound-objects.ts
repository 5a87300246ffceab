import { parseTime } from '@gantry/apimachinery';
import type { ObjectReader } from '../registry/object-reader.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { KubernetesClaims, ObjectRef } from './claims.js';
import { LEEWAY_SECONDS } from './leeway.js';

/** What tokens are of and may be bound to. */
export interface BoundObjectReaders {
  readonly serviceAccounts: ObjectReader;
  readonly pods: ObjectReader;
  readonly secrets: ObjectReader;
  readonly nodes: ObjectReader;
}

const INVALIDATED = 'service account token has been invalidated';

interface Check {
  readonly reader: ObjectReader;
  readonly namespace: string;
  readonly ref: ObjectRef;
  /** What to say when another object has the name by now. */
  readonly mismatch: (found: string) => string;
  /** What to say when there is none. */
  readonly missing: string;
}

/**
 * Why a token of these claims is good no more; undefined when everything that it rests on is there. Answered at once from the cache; only where
 * the cache lacks something, which may be new, is the storage asked. `now` in seconds since the epoch.
 */
export function boundObjectsProblem(readers: BoundObjectReaders, claims: KubernetesClaims, now: number): Promise<string | undefined> | string | undefined {
  for (const check of checksOf(readers, claims)) {
    const object = check.reader.cached(check.namespace, check.ref.name);
    if (object === undefined) return problemOfFresh(readers, claims, now);
    const problem = problemOf(check, object, now);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function problemOfFresh(readers: BoundObjectReaders, claims: KubernetesClaims, now: number): Promise<string | undefined> {
  for (const check of checksOf(readers, claims)) {
    const { reader, namespace, ref } = check;
    const problem = problemOf(check, reader.cached(namespace, ref.name) ?? (await reader.fresh(namespace, ref.name)), now);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(check: Check, object: CachedObject | undefined, now: number): string | undefined {
  if (object === undefined) return check.missing;
  const { uid, deletionTimestamp } = object.object.metadata;
  if (uid !== check.ref.uid) return check.mismatch(uid ?? '');
  const isDeleted = deletionTimestamp !== undefined && parseTime(deletionTimestamp)! < (now - LEEWAY_SECONDS) * 1000;
  return isDeleted ? INVALIDATED : undefined;
}

/** The node of a token that is bound to a pod is only told of. */
function checksOf(readers: BoundObjectReaders, { namespace, serviceaccount, secret, pod, node }: KubernetesClaims): Check[] {
  const account = { reader: readers.serviceAccounts, namespace, ref: serviceaccount, missing: `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`, mismatch: (found: string) => `service account UID (${found}) does not match claim (${serviceaccount.uid})` };
  if (secret !== undefined) return [account, { reader: readers.secrets, namespace, ref: secret, missing: INVALIDATED, mismatch: (found) => `secret UID (${found}) does not match service account secret ref claim (${secret.uid})` }];
  if (pod !== undefined) return [account, { reader: readers.pods, namespace, ref: pod, missing: INVALIDATED, mismatch: (found) => `pod UID (${found}) does not match service account pod ref claim (${pod.uid})` }];
  if (node?.uid !== undefined) return [account, { reader: readers.nodes, namespace: '', ref: { name: node.name, uid: node.uid }, missing: INVALIDATED, mismatch: (found) => `node UID (${found}) does not match service account node ref claim (${node.uid})` }];
  return [account];
}
