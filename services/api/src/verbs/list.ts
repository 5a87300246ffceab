import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { listParameters } from '../registry/list-options.js';
import { listObjects } from '../registry/list.js';
import { objectFilter } from '../registry/object-filter.js';
import type { ResourceRequest } from './verb.js';

export async function list(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, context } = request;
  const { query } = context;
  const representation = request.representation();
  const { objects, metadata } = await listObjects(env, {
    resource,
    namespace,
    parameters: listParameters(query),
    filter: objectFilter(resource, query.get('labelSelector'), query.get('fieldSelector')),
    signal: context.signal,
  });
  return bytesAnswer(200, representation.contentType, await representation.list(objects, metadata));
}
