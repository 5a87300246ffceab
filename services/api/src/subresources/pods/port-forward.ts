import type { Answer } from '../../http/answer.js';
import { getObject } from '../../registry/get.js';
import { portForward } from '../../streams/port-forward/port-forward.js';
import type { ForwardParts } from '../../streams/port-forward/port-forward.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';
import { nodeOf } from './pod-container.js';
import type { PodShape } from './pod-container.js';

/** `/portforward`: connections with ports that a pod listens on. */
export function podPortForward(parts: ForwardParts): Subresource {
  const connect = (request: ResourceRequest): Promise<Answer> => connected(request, parts);
  return { name: 'portforward', appliesTo: onlyFor('', 'pods'), bodyKind: () => ({ group: '', version: 'v1', kind: 'PodPortForwardOptions' }), isConnection: true, verbs: { create: connect, get: connect } };
}

async function connected({ env, resource, namespace, name, context, requirePermission }: ResourceRequest, parts: ForwardParts): Promise<Answer> {
  requirePermission('create');
  const { object } = await getObject(env, resource, namespace, name, '0').catch(() => getObject(env, resource, namespace, name));
  const pod = object as PodShape;
  const path = `/${['portForward', namespace, name].map(encodeURIComponent).join('/')}`;
  return portForward(context, { nodeName: nodeOf(pod), path, pod: { name, uid: pod.metadata.uid ?? '' } }, parts);
}
