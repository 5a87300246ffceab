import { answerOfStatus, bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { deleteObject } from '../registry/delete.js';
import { deleteOptions } from './delete-options.js';
import type { ResourceRequest } from './verb.js';

/** DELETE of one object: what was removed is answered by a Status (of some kinds, by its last state), what still goes by the object as it is now. */
export async function remove(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, name, context, identity } = request;
  const representation = request.representation();
  const { isAcceptedLater, ...options } = deleteOptions(request);
  const { removed, object } = await deleteObject(env, { ...options, resource, namespace, name, identity, signal: context.signal });
  const status = !removed && isAcceptedLater ? 202 : 200;
  if (!removed || resource.kind.returnsDeletedObject === true) return bytesAnswer(status, representation.contentType, representation.object(object));
  const { group, resource: kind } = resource.groupResource;
  const { uid } = object.object.metadata;
  const details = { name, ...(group !== '' && { group }), kind, ...(uid !== undefined && { uid }) };
  return answerOfStatus(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, context.header('accept'));
}
