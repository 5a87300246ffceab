import { deepEqual, goQuote, newForbidden, newNotFound, parseCertificateRequest } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import { nodeNameOf } from '../../../http/authz/identity.js';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';
import { forbiddenLabels } from './node-labels.js';
import { takenPodRange } from './pod-ranges.js';
import type { NodeVisitor } from './pod-ranges.js';
import { checkAudiences } from './token-audiences.js';
import type { AudienceAuthorizer } from './token-audiences.js';

/** The pod as the cache has it. */
export type PodReader = (namespace: string, name: string) => CachedObject | undefined;

/** Whose certificates say that somebody is a node. */
const NODE_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];

/** What is asked to judge what a node does. */
export interface Judges {
  readonly pods: PodReader;
  readonly nodes: NodeVisitor;
  readonly authorizer: AudienceAuthorizer;
}

type Check = (request: AdmissionRequest, node: string, judges: Judges) => void;

/** What is looked at, by group and resource. */
const CHECKS: Readonly<Record<string, Check>> = { '/pods': checkPod, '/nodes': checkNode, '/serviceaccounts': checkTokenRequest, 'coordination.k8s.io/leases': checkLease, 'certificates.k8s.io/certificatesigningrequests': checkCertificateRequest };

/** A node touches only its own Node, its own Lease and the pods that are bound to it, and gets tokens for those alone. */
export function nodeRestriction(judges: Judges): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    validate: (request) => {
      const node = nodeNameOf(request.identity);
      if (node === undefined) return;
      const { group, resource } = request.resource.groupResource;
      CHECKS[`${group}/${resource}`]?.(request, node, judges);
    },
  };
}

function checkPod(request: AdmissionRequest, node: string, { pods }: Judges): void {
  const { operation, subresource, old, object, namespace, name } = request;
  if (operation === 'CREATE' && subresource === '') throw refusal(request, `pod does not have "kubernetes.io/config.mirror" annotation, node ${goQuote(node)} can only create mirror pods`);
  const nodeName = nodeNameIn(old ?? pods(namespace, name)?.object);
  if (operation === 'DELETE' && nodeName !== node) throw refusal(request, `node ${goQuote(node)} can only delete pods with spec.nodeName set to itself`);
  if (operation !== 'UPDATE') return;
  if (nodeName !== node) throw refusal(request, `node ${goQuote(node)} can only update pod status for pods with spec.nodeName set to itself`);
  if (!deepEqual(object?.metadata.labels ?? {}, old?.metadata.labels ?? {})) throw refusal(request, `node ${goQuote(node)} cannot update labels through pod status`);
}

function checkNode(request: AdmissionRequest, node: string, { nodes }: Judges): void {
  const { operation, object, old } = request;
  const name = object?.metadata.name ?? request.name;
  if (name !== node) throw refusal(request, `node ${goQuote(node)} is not allowed to modify node ${goQuote(name)}`);
  if (object === undefined) return;
  const labels = forbiddenLabels(object.metadata.labels, old?.metadata.labels);
  if (operation === 'CREATE' && labels.length > 0) throw refusal(request, `node ${goQuote(node)} is not allowed to set the following labels: ${labels.join(', ')}`);
  // The garbage collector would delete the node for it.
  if (!deepEqual(object.metadata.ownerReferences ?? [], old?.metadata.ownerReferences ?? [])) throw refusal(request, `node ${goQuote(node)} is not allowed to modify ownerReferences`);
  const range = takenPodRange(object, old, nodes);
  if (range !== undefined) throw refusal(request, `node ${goQuote(node)} is not allowed to take the podCIDR ${range} of another node`);
  if (operation !== 'UPDATE') return;
  if (!deepEqual(taintsOf(object), taintsOf(old))) throw refusal(request, `node ${goQuote(node)} is not allowed to modify taints`);
  if (labels.length > 0) throw refusal(request, `is not allowed to modify labels: ${labels.join(', ')}`);
}

function checkLease(request: AdmissionRequest, node: string): void {
  if (request.namespace !== 'kube-node-lease') throw refusal(request, 'can only access leases in the "kube-node-lease" system namespace');
  if ((request.object?.metadata.name ?? request.name) !== node) throw refusal(request, 'can only access node lease with the same name as the requesting node');
}

/** A token that a node asks for is bound to a pod of its own, which is named by its uid, and is for whom that pod has tokens for. */
function checkTokenRequest(request: AdmissionRequest, node: string, { pods, authorizer }: Judges): void {
  if (request.operation !== 'CREATE' || request.subresource !== 'token') return;
  const { boundObjectRef: reference } = (request.object?.['spec'] ?? {}) as { boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string } };
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) throw refusal(request, 'node requested token not bound to a pod');
  if (!reference.uid) throw refusal(request, 'node requested token with a pod binding without a uid');
  const pod = pods(request.namespace, reference.name)?.object;
  if (pod === undefined) throw newNotFound({ group: '', resource: 'pods' }, reference.name);
  if (pod.metadata.uid !== reference.uid) throw refusal(request, `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  if (nodeNameIn(pod) !== node) throw refusal(request, 'node requested token bound to a pod scheduled on a different node');
  const problem = checkAudiences(request, pod, authorizer);
  if (problem !== undefined) throw refusal(request, problem);
}

/** A node asks for certificates of nodes under its own name alone. */
function checkCertificateRequest(request: AdmissionRequest, node: string): void {
  if (request.operation !== 'CREATE') return;
  const { signerName, request: pem } = (request.object?.['spec'] ?? {}) as { signerName: string; request: string };
  if (!NODE_SIGNERS.includes(signerName)) return;
  if (commonNameIn(request, pem) !== `system:node:${node}`) throw refusal(request, `can only create a node CSR with CN=system:node:${node}`);
}

function commonNameIn(request: AdmissionRequest, base64: string): string | undefined {
  try {
    return parseCertificateRequest(Buffer.from(base64, 'base64')).subject.commonNames.at(-1);
  } catch (error) {
    throw refusal(request, `unable to parse csr: ${(error as Error).message}`);
  }
}

function nodeNameIn(pod: ResourceObject | undefined): string | undefined {
  return (pod?.['spec'] as { nodeName?: string } | undefined)?.nodeName;
}

function taintsOf(node: ResourceObject | undefined): readonly unknown[] {
  return (node?.['spec'] as { taints?: unknown[] } | undefined)?.taints ?? [];
}

function refusal({ resource, name }: AdmissionRequest, cause: string): Error {
  return newForbidden(resource.groupResource, name, cause);
}
