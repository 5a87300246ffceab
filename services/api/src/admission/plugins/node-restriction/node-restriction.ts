import { newForbidden } from '@gantry/apimachinery';
import { nodeNameOf } from '../../../http/authz/identity.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

/** A node touches only its own Node, its own Lease, and the pods that are bound to it. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  validate: (request) => {
    const node = nodeNameOf(request.identity);
    if (node === undefined) return;
    const { group, resource } = request.resource.groupResource;
    if (group === '' && resource === 'pods') checkPod(request, node);
    if (group === '' && resource === 'nodes') checkName(request, node, 'node');
    if (group === 'coordination.k8s.io' && resource === 'leases') checkName(request, node, 'lease');
  },
};

function checkPod(request: AdmissionRequest, node: string): void {
  if (request.operation === 'CREATE') throw refusal(request, `node ${JSON.stringify(node)} cannot create pods`);
  const { nodeName } = (request.old?.['spec'] ?? {}) as { nodeName?: string };
  if (nodeName === node) return;
  const what = request.operation === 'DELETE' ? 'delete pods' : 'update pod status for pods';
  throw refusal(request, `node ${JSON.stringify(node)} can only ${what} with spec.nodeName set to itself`);
}

function checkName(request: AdmissionRequest, node: string, what: string): void {
  const name = request.object?.metadata.name ?? request.name;
  if (name !== node) throw refusal(request, `node ${JSON.stringify(node)} is not allowed to modify ${what} ${JSON.stringify(name)}`);
}

function refusal({ resource, name }: AdmissionRequest, cause: string): Error {
  return newForbidden(resource.groupResource, name, cause);
}
