import type { coreV1 } from '@gantry/api-types';
import { goQuote, newForbidden } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { ObjectReader } from '../../../registry/object-reader.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';
import { mountToken, wantsToken } from './token-volume.js';

/** Reads service accounts, and waits for one that a controller is about to make. */
export interface ServiceAccountReader extends ObjectReader {
  /** Resolves with the account as soon as it is there, or with undefined when it does not come in time. */
  readonly awaited: (namespace: string, name: string) => Promise<ResourceObject | undefined>;
}

const MIRROR = 'kubernetes.io/config.mirror';
const DEFAULT = 'default';

/** Pods run as a service account that exists, `default` where they name none, and get its token and its pull secrets. Without a reader (no tokens) they only get the name. */
export function serviceAccount(accounts: ServiceAccountReader | undefined): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    admit: (request) => {
      const { operation, resource, subresource, object } = request;
      const { group, resource: plural } = resource.groupResource;
      if (operation !== 'CREATE' || subresource !== '' || group !== '' || plural !== 'pods' || object?.['spec'] === undefined) return;
      const spec = object['spec'] as coreV1.PodSpec;
      if (object.metadata.annotations?.[MIRROR] !== undefined) return refuseReferences(request, spec);
      spec.serviceAccountName ||= spec.serviceAccount || DEFAULT;
      spec.serviceAccount = spec.serviceAccountName;
      return accounts === undefined ? undefined : admitAs(request, spec, accounts);
    },
  };
}

function admitAs(request: AdmissionRequest, spec: coreV1.PodSpec, accounts: ServiceAccountReader): Promise<void> | void {
  const known = accounts.cached(request.namespace, spec.serviceAccountName!);
  if (known === undefined) return awaitAccount(request, spec, accounts);
  furnish(spec, known.object);
}

/** The cache does not know it: it may have been made a moment ago, and the default one of a new namespace is being made. */
async function awaitAccount(request: AdmissionRequest, spec: coreV1.PodSpec, accounts: ServiceAccountReader): Promise<void> {
  const { namespace } = request;
  const name = spec.serviceAccountName!;
  const account = (await accounts.fresh(namespace, name))?.object ?? (name === DEFAULT ? await accounts.awaited(namespace, name) : undefined);
  if (account === undefined) throw refusal(request, `error looking up service account ${namespace}/${name}: serviceaccount ${goQuote(name)} not found`);
  furnish(spec, account);
}

function furnish(spec: coreV1.PodSpec, account: Omit<coreV1.ServiceAccount, 'metadata'>): void {
  if (wantsToken(spec, account)) mountToken(spec);
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ name: name ?? '' }));
}

/** The mirror of a pod that a node runs by itself is not changed, and has no part in what the API keeps. */
function refuseReferences(request: AdmissionRequest, { serviceAccountName, volumes = [] }: coreV1.PodSpec): void {
  if (serviceAccountName) throw refusal(request, 'a mirror pod may not reference service accounts');
  if (volumes.some(({ secret }) => secret !== undefined)) throw refusal(request, 'a mirror pod may not reference secrets');
  if (volumes.some(({ projected }) => projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined) === true)) throw refusal(request, 'a mirror pod may not use ServiceAccountToken volume projections');
}

function refusal({ resource, name }: AdmissionRequest, cause: string): Error {
  return newForbidden(resource.groupResource, name, cause);
}
