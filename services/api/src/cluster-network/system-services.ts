import { isInvalid, rfc3339 } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { ResourceObject } from '@gantry/resources';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { AddressRange } from './address-range.js';
import { applyObject, changeObject, ensureObject } from './own-objects.js';

const HTTPS = 443;
/** Where the API is behind its Service when it does not say. */
const DEFAULT_TARGET = 6443;

export interface SystemServices {
  readonly range: AddressRange;
  readonly clusterDns: string | undefined;
  readonly targetPort: number | undefined;
  readonly logger: Logger;
}

/**
 * Makes the range of Services and the Services that every cluster has. Safe to run again and again, and by several replicas at once. An
 * address that another Service has is no reason to serve nothing: it is said, and the Service is missing until the address is free.
 */
export async function ensureSystemServices(env: RegistryEnvironment, resources: readonly ServedResource[], { range, clusterDns, targetPort = DEFAULT_TARGET, logger }: SystemServices): Promise<void> {
  const services = resourceNamed(resources, '', 'services');
  const unlessTaken = (error: unknown): void => {
    if (!isInvalid(error)) throw error;
    logger.warn({ error: String(error) }, 'A Service of the cluster itself cannot be made');
  };
  await Promise.all([
    ensureRange(env, resourceNamed(resources, 'networking.k8s.io', 'servicecidrs'), range.cidr),
    ensureOwnService(env, services, range.at(0), targetPort).catch(unlessTaken),
    clusterDns === undefined ? undefined : ensureObject(env, services, dnsService(clusterDns)).catch(unlessTaken),
  ]);
}

async function ensureRange(env: RegistryEnvironment, resource: ServedResource, cidr: string): Promise<void> {
  const metadata = { name: 'kubernetes' };
  const existing = await ensureObject(env, resource, { metadata, spec: { cidrs: [cidr] } });
  if ((existing?.['status'] as { conditions?: unknown[] } | undefined)?.conditions?.length) return;
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: rfc3339(env.now()), reason: '', message: 'Kubernetes default Service CIDR is ready' };
  await changeObject(env, resource, metadata, (range) => void (range['status'] = { conditions: [condition] }), resource.kind.statusStrategy);
}

/** The API's own Service: it has one port, whatever somebody made of it. */
async function ensureOwnService(env: RegistryEnvironment, resource: ServedResource, clusterIP: string, targetPort: number): Promise<void> {
  const ports = [{ name: 'https', port: HTTPS, protocol: 'TCP', targetPort }];
  const metadata = { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } };
  const reset = (service: ResourceObject): void => void (service['spec'] = { ...(service['spec'] as object), ports, type: 'ClusterIP' });
  await applyObject(env, resource, { metadata, spec: { clusterIP, ports, sessionAffinity: 'None', type: 'ClusterIP' } }, reset);
}

function dnsService(clusterIP: string): { metadata: ResourceObject['metadata']; spec: object } {
  return {
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' } },
    spec: {
      clusterIP,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    },
  };
}
