import { newBadRequest } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { getObject } from '../../registry/get.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

interface PodShape extends ResourceObject {
  spec: { nodeName?: string; containers?: { name: string }[]; initContainers?: { name: string }[]; ephemeralContainers?: { name: string }[] };
}

/** What the kubelet understands, of what a client may ask. */
const OPTIONS = ['follow', 'previous', 'sinceSeconds', 'sinceTime', 'timestamps', 'tailLines', 'limitBytes', 'stream'];

/** GET `/log`: what a container wrote, from the kubelet of the pod's node. */
export function podLog(kubelets: KubeletStreams): Subresource {
  return {
    name: 'log',
    appliesTo: onlyFor('', 'pods'),
    bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
    verbs: { get: (request) => log(request, kubelets) },
  };
}

async function log({ env, resource, namespace, name, context }: ResourceRequest, kubelets: KubeletStreams): Promise<Answer> {
  const { object } = await getObject(env, resource, namespace, name, '0').catch(() => getObject(env, resource, namespace, name));
  const pod = object as PodShape;
  const container = containerOf(pod, context.query.get('container') ?? '');
  if (!pod.spec.nodeName) throw newBadRequest(`pod ${name} does not have a host assigned`);
  const query = new URLSearchParams();
  for (const option of OPTIONS) for (const value of context.query.getAll(option)) query.append(option, value);
  const path = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}`;
  return kubelets.get({ nodeName: pod.spec.nodeName, path, query: query.toString(), signal: context.signal });
}

/** The container that is meant, in upstream's words where it cannot be said. */
function containerOf({ metadata: { name = '' }, spec }: PodShape, wanted: string): string {
  const names = (list: readonly { name: string }[] | undefined): string[] => (list ?? []).map((container) => container.name);
  const containers = names(spec.containers);
  const inits = names(spec.initContainers);
  const all = [...containers, ...inits, ...names(spec.ephemeralContainers)];
  if (wanted !== '') {
    if (!all.includes(wanted)) throw newBadRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  if (containers.length === 1) return containers[0]!;
  const initText = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw newBadRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${initText}`);
}
