import { newForbidden, newNotFound } from '@gantry/apimachinery';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

/** Namespaces that cannot be deleted. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);
const NAMESPACES = { group: '', resource: 'namespaces' };

/** Reads a namespace: what is at hand, or, when `fresh`, what is the newest. undefined: there is none. */
export type NamespaceReader = (name: string, fresh: boolean) => Promise<CachedObject | undefined> | CachedObject | undefined;

/** Nothing is created in a namespace that does not exist or is going; the namespaces that everything rests on stay. */
export function namespaceLifecycle(read: NamespaceReader): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    admit: (request) => (request.operation === 'CREATE' && request.namespace !== '' ? checkNamespace(request, read) : undefined),
    validate: (request) => {
      if (request.operation === 'DELETE') refuseImmortal(request);
    },
  };
}

function checkNamespace(request: AdmissionRequest, read: NamespaceReader): Promise<void> | void {
  const known = request.isRepeated === true ? undefined : read(request.namespace, false);
  if (known === undefined || known instanceof Promise || isTerminating(known)) return awaitNamespace(request, read);
  admitInto(request, known);
}

/** The cache does not know it, or knows it as going: it may have been made a moment ago. */
async function awaitNamespace(request: AdmissionRequest, read: NamespaceReader): Promise<void> {
  const namespace = await read(request.namespace, true);
  if (namespace === undefined) throw newNotFound(NAMESPACES, request.namespace);
  admitInto(request, namespace);
}

/** A namespace that lives must live until the object is stored: else it would be emptied before, and the object left behind in it. */
function admitInto({ resource, name, namespace, guards }: AdmissionRequest, found: CachedObject): void {
  if (!isTerminating(found)) return void guards?.push({ key: found.key, revision: found.revision });
  const error = newForbidden(resource.groupResource, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
  error.status.details = { ...error.status.details, causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }] };
  throw error;
}

function isTerminating({ object }: CachedObject): boolean {
  return (object['status'] as { phase?: string } | undefined)?.phase === 'Terminating';
}

function refuseImmortal({ resource, name }: AdmissionRequest): void {
  const { group, resource: plural } = resource.groupResource;
  if (group === '' && plural === NAMESPACES.resource && IMMORTAL.has(name)) throw newForbidden(resource.groupResource, name, 'this namespace may not be deleted');
}
