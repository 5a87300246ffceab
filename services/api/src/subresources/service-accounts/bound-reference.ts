import { goQuote, groupVersionKindText, newBadRequest, newConflict, newNotFound, parseGroupVersionKind } from '@gantry/apimachinery';
import type { ObjectReader } from '../../registry/object-reader.js';
import type { BoundObjectReaders } from '../../service-accounts/bound-objects.js';
import type { KubernetesClaims } from '../../service-accounts/claims.js';

/** What a token is to be bound to: with that object it ends. */
export interface BoundObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface Found {
  readonly name: string;
  readonly uid: string;
  readonly spec: { readonly nodeName?: string; readonly serviceAccountName?: string };
}

type Binding = Pick<KubernetesClaims, 'pod' | 'secret' | 'node'>;

/** The claims about the object that a token of this account is bound to. Throws 400 for one of another kind, 404 for a missing one, 409 for another uid. */
export async function boundClaims(readers: BoundObjectReaders, namespace: string, account: string, reference: BoundObjectReference): Promise<Binding> {
  const { apiVersion = '', kind = '' } = reference;
  const gvk = parseGroupVersionKind(apiVersion, kind);
  const bind = gvk.group === '' && Object.hasOwn(BINDERS, kind) ? BINDERS[kind]! : undefined;
  if (bind === undefined) throw newBadRequest(`cannot bind token for serviceaccount ${goQuote(account)} to object of type ${groupVersionKindText(gvk)}`);
  return bind(readers, namespace, account, reference);
}

const BINDERS: Readonly<Record<string, (readers: BoundObjectReaders, namespace: string, account: string, reference: BoundObjectReference) => Promise<Binding>>> = {
  Pod: async ({ pods, nodes }, namespace, account, reference) => {
    const { name, uid, spec } = await newest(pods, 'pods', namespace, reference);
    if (spec.serviceAccountName !== account) throw newBadRequest(`cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`);
    checkUid(reference, uid);
    return { pod: { name, uid }, ...(spec.nodeName ? { node: await nodeOf(nodes, spec.nodeName) } : {}) };
  },
  Secret: async ({ secrets }, namespace, _account, reference) => {
    const { name, uid } = await newest(secrets, 'secrets', namespace, reference);
    checkUid(reference, uid);
    return { secret: { name, uid } };
  },
  Node: async ({ nodes }, _namespace, _account, reference) => {
    const { name, uid } = await newest(nodes, 'nodes', '', reference);
    checkUid(reference, uid);
    return { node: { name, uid } };
  },
};

async function newest(reader: ObjectReader, resource: string, namespace: string, { name = '' }: BoundObjectReference): Promise<Found> {
  const object = name === '' ? undefined : (await reader.fresh(namespace, name))?.object;
  if (object === undefined) throw newNotFound({ group: '', resource }, name);
  return { name, uid: object.metadata.uid ?? '', spec: (object['spec'] ?? {}) as Found['spec'] };
}

function checkUid({ kind = '', name = '', uid: wanted }: BoundObjectReference, found: string): void {
  if (!wanted || wanted === found) return;
  throw newConflict({ group: '', resource: kind }, name, `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`);
}

/** A node that is gone is still named. */
async function nodeOf(nodes: ObjectReader, name: string): Promise<NonNullable<Binding['node']>> {
  const uid = (nodes.cached('', name) ?? (await nodes.fresh('', name)))?.object.metadata.uid;
  return uid === undefined ? { name } : { name, uid };
}
