import { bytesAnswer, jsonAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { deleteObject } from '../registry/delete.js';
import { deleteOptions } from './delete-options.js';
import type { ResourceRequest } from './verb.js';

/** DELETE of one object: what was removed is answered by a Status (of some kinds, by its last state), what still goes by the object as it is now. */
export async function remove(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, name, context, identity } = request;
  const representation = request.representation();
  const { removed, object } = await deleteObject(env, { ...deleteOptions(request), resource, namespace, name, identity, signal: context.signal });
  if (!removed || resource.kind.returnsDeletedObject === true) return bytesAnswer(200, representation.contentType, representation.object(object));
  const { group, resource: kind } = resource.groupResource;
  const details = { name, ...(group !== '' && { group }), kind, uid: object.object.metadata.uid };
  return jsonAnswer(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}
