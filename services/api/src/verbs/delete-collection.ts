import { isNotFound } from '@gantry/apimachinery';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { deleteObject } from '../registry/delete.js';
import { listParameters } from '../registry/list-options.js';
import { listObjects } from '../registry/list.js';
import { objectFilter } from '../registry/object-filter.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { deleteOptions } from './delete-options.js';
import { listBody } from './list.js';
import type { DeleteOptions } from './delete-options.js';
import type { ResourceRequest } from './verb.js';

/** Deletes in flight at a time: enough for the storage to commit them together. */
const AT_ONCE = 32;

/** DELETE of a collection: everything that the selectors leave, each as a delete of its own. */
export async function deleteCollection(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, context } = request;
  const { query } = context;
  const representation = request.representation();
  const filter = objectFilter(resource, query.get('labelSelector'), query.get('fieldSelector'));
  const options = deleteOptions(request);
  const { objects, metadata } = await listObjects(env, { resource, namespace, parameters: listParameters(query), filter, signal: context.signal });
  await deleteAll(request, options, objects);
  return bytesAnswer(200, representation.contentType, await listBody(representation.list(objects, metadata), objects));
}

async function deleteAll(request: ResourceRequest, options: DeleteOptions, objects: readonly CachedObject[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < objects.length) await deleteOne(request, options, objects[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, objects.length) }, worker));
}

/** Only the object that was listed: one of the same name that came since stays. */
async function deleteOne({ env, resource, identity, context }: ResourceRequest, options: DeleteOptions, { object }: CachedObject): Promise<void> {
  const { name = '', namespace = '', uid } = object.metadata;
  try {
    await deleteObject(env, { ...options, listedUid: uid, resource, namespace, name, identity, signal: context.signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
