import { newForbidden } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { ObjectReader } from '../../../registry/object-reader.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

interface IpAddress extends ResourceObject {
  readonly spec?: { readonly parentRef?: { readonly group?: string; readonly resource?: string; readonly namespace?: string; readonly name?: string } };
}

/**
 * An IPAddress stays for as long as the Service that it is of has that address: without it, another Service could be given the same. Upstream
 * lets it go and has a loop that makes it anew; here nothing is held by nobody, not for a moment.
 */
export function heldAddresses(services: ObjectReader): AdmissionPlugin {
  return {
    name: 'HeldAddresses',
    validate: (request) => {
      const { operation, old, resource: { groupResource: { group, resource } } } = request;
      if (operation !== 'DELETE' || group !== 'networking.k8s.io' || resource !== 'ipaddresses') return;
      return refuseIfHeld(request, old as IpAddress, services);
    },
  };
}

async function refuseIfHeld({ resource, name }: AdmissionRequest, { spec }: IpAddress, services: ObjectReader): Promise<void> {
  const { group = '', resource: parent, namespace = '', name: service = '' } = spec?.parentRef ?? {};
  if (group !== '' || parent !== 'services' || namespace === '' || service === '') return;
  const found = services.cached(namespace, service) ?? (await services.fresh(namespace, service));
  const { clusterIPs = [] } = (found?.object['spec'] ?? {}) as { clusterIPs?: readonly string[] };
  if (clusterIPs.includes(name)) throw newForbidden(resource.groupResource, name, `it is the cluster IP of the Service ${namespace}/${service}`);
}
