import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { getObject } from '../registry/get.js';
import type { ResourceRequest } from './verb.js';

export async function get(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, name, context } = request;
  const representation = request.representation();
  const resourceVersion = context.rawQuery === '' ? '' : (context.query.get('resourceVersion') ?? '');
  const object = await getObject(env, resource, namespace, name, resourceVersion);
  return bytesAnswer(200, representation.contentType, representation.object(object));
}
