import type { Answer } from '../../http/answer.js';
import { getObject } from '../../registry/get.js';
import { remoteCommand } from '../../streams/remote-command/remote-command.js';
import type { CommandParts } from '../../streams/remote-command/remote-command.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';
import { containerOf, nodeOf } from './pod-container.js';
import type { PodShape } from './pod-container.js';

/** `/exec`: a command in a container of a pod. */
export function podExec(parts: CommandParts): Subresource {
  return command('exec', 'PodExecOptions', parts);
}

/** `/attach`: the main process of a container. */
export function podAttach(parts: CommandParts): Subresource {
  return command('attach', 'PodAttachOptions', parts);
}

function command(name: 'exec' | 'attach', kind: string, parts: CommandParts): Subresource {
  const connect = (request: ResourceRequest): Promise<Answer> => connected(name, request, parts);
  return { name, appliesTo: onlyFor('', 'pods'), bodyKind: () => ({ group: '', version: 'v1', kind }), isConnection: true, verbs: { create: connect, get: connect } };
}

/** Needs the permission to create whatever the method: what a GET begins runs as well as what a POST does. */
async function connected(subresource: 'exec' | 'attach', { env, resource, namespace, name, context, requirePermission }: ResourceRequest, parts: CommandParts): Promise<Answer> {
  requirePermission('create');
  const { object } = await getObject(env, resource, namespace, name, '0').catch(() => getObject(env, resource, namespace, name));
  const pod = object as PodShape;
  const container = containerOf(pod, context.query.get('container') ?? '');
  const path = `/${[subresource, namespace, name, container].map(encodeURIComponent).join('/')}`;
  return remoteCommand(context, { subresource, nodeName: nodeOf(pod), path, command: context.query.getAll('command') }, parts);
}
