import { newBadRequest, newServiceUnavailable } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { getObject } from '../../registry/get.js';
import type { RegistryEnvironment } from '../../registry/environment.js';
import { resourceNamed } from '../../registry/object-reader.js';
import type { ServedResource } from '../../registry/served-resource.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import { proxied } from '../../streams/proxy/proxy.js';
import { isProxyable, parseTargetId } from '../../streams/proxy/target-id.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import type { PodShape } from '../pods/pod-container.js';
import { proxySubresource } from '../proxy-subresource.js';
import type { Subresource } from '../subresource.js';
import { endpointsOf } from './endpoint-choice.js';
import type { Endpoint, EndpointsShape } from './endpoint-choice.js';

interface ServiceShape extends ResourceObject {
  spec: { ports?: { name?: string; port: number }[] };
}

/** A pod that a service leads to, where it is really one. */
interface Found {
  readonly endpoint: Endpoint;
  readonly pod: PodShape;
}

/** `/proxy/<path>`: what a ready pod behind a service serves by HTTP. */
export function serviceProxy(kubelets: KubeletStreams, resources: readonly ServedResource[]): Subresource {
  const endpoints = resourceNamed(resources, '', 'endpoints');
  const pods = resourceNamed(resources, '', 'pods');
  return proxySubresource('services', 'ServiceProxyOptions', (request) => proxy(request, kubelets, endpoints, pods));
}

async function proxy(request: ResourceRequest, kubelets: KubeletStreams, endpoints: ServedResource, pods: ServedResource): Promise<Answer> {
  const { env, namespace, name: id, context } = request;
  const target = parseTargetId(id);
  if (target === undefined) throw newBadRequest(`invalid service request ${JSON.stringify(id)}`);
  const portName = await nameOfPort(request, target.name, target.port);
  const { object } = await getObject(env, endpoints, namespace, target.name);
  const { endpoint, pod } = await chosen(env, pods, namespace, endpointsOf(object as EndpointsShape, portName, Math.random), (object as EndpointsShape).subsets?.length ? id : target.name);
  const { address: { ip }, port } = endpoint;
  return proxied(context, { nodeName: pod.spec.nodeName ?? '', namespace, pod: pod.metadata.name ?? '', port, isTls: target.scheme === 'https', host: `${ip}:${port}` }, kubelets);
}

/** A port of a service is meant by its name; a number is looked up in the service. */
async function nameOfPort({ env, resource, namespace }: ResourceRequest, service: string, port: string): Promise<string> {
  if (!/^\d+$/.test(port)) return port;
  const { object } = await getObject(env, resource, namespace, service);
  const found = (object as ServiceShape).spec.ports?.find((one) => one.port === Number(port));
  if (found === undefined) throw newServiceUnavailable(`no service port ${port} found for service ${JSON.stringify(service)}`);
  return found.name ?? '';
}

/** The first that is a pod with this address: whoever writes Endpoints does not choose where this server's requests go. */
async function chosen(env: RegistryEnvironment, pods: ServedResource, namespace: string, endpoints: readonly Endpoint[], service: string): Promise<Found> {
  for (const endpoint of endpoints) {
    const { ip, targetRef } = endpoint.address;
    if (targetRef?.kind !== 'Pod' || (targetRef.namespace ?? namespace) !== namespace || !isProxyable(ip)) continue;
    const pod = (await getObject(env, pods, namespace, targetRef.name ?? '').catch(() => undefined))?.object as PodShape | undefined;
    if (pod !== undefined && (pod.status?.podIPs ?? []).some((one) => one.ip === ip)) return { endpoint, pod };
  }
  throw newServiceUnavailable(`no endpoints available for service ${JSON.stringify(service)}`);
}
