import { bytesAnswer } from '../http/answer.js';
import type { Answer, AnswerBody } from '../http/answer.js';
import { listParameters } from '../registry/list-options.js';
import { listObjects } from '../registry/list.js';
import { objectFilter } from '../registry/object-filter.js';
import { gathered } from '../representation/pieces.js';
import type { ListBytes } from '../representation/representation.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { ResourceRequest } from './verb.js';

/** Bytes of stored objects from which a list is made while it is sent, instead of before. */
const LONG_FROM_BYTES = 1024 * 1024;

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
  return bytesAnswer(200, representation.contentType, await listBody(representation.list(objects, metadata), objects));
}

/** A short list is whole before its head is sent, so that it has a length, and a failure a status. */
export function listBody(bytes: ListBytes, objects: readonly CachedObject[]): Promise<AnswerBody> | AnswerBody {
  let stored = 0;
  for (const { stored: { value } } of objects) if ((stored += value.length) > LONG_FROM_BYTES) return bytes;
  return gathered(bytes);
}
