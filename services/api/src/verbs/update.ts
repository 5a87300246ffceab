import { newBadRequest } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { createObject } from '../registry/create.js';
import { nameMessage, updateObject } from '../registry/update.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { ResourceRequest } from './verb.js';
import { fieldValidation, isDryRun } from './write-options.js';

/** PUT of the resource itself. */
export function update(request: ResourceRequest): Promise<Answer> {
  return updateWith(request, request.resource.kind.strategy);
}

/** PUT under the rules of the resource or of one of its subresources. */
export async function updateWith(request: ResourceRequest, strategy: Strategy): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const representation = request.representation();
  const validation = fieldValidation(request, 'UpdateOptions');
  const dryRun = isDryRun(request, 'UpdateOptions');
  const decode = (): ResourceObject => decodeObject(context, resource.kind, validation);
  const warn = (text: string): void => context.warn(text);
  const create = async (): Promise<CachedObject> => {
    request.requirePermission('create');
    return createObject(env, { resource, namespace, object: named(decode(), name), identity, dryRun, warn });
  };
  const createInstead = strategy.allowCreateOnUpdate === true && subresource === '' ? create : undefined;
  const { object, created } = await updateObject(env, { resource, namespace, name, subresource, strategy, objectFor: decode, createInstead, identity, dryRun, warn, signal: context.signal });
  return bytesAnswer(created ? 201 : 200, representation.contentType, representation.object(object));
}

/** A PUT that creates takes its name from the path, and its resourceVersion means nothing. Throws 400 for an object of another name. */
function named(object: ResourceObject, name: string): ResourceObject {
  if (object.metadata.name && object.metadata.name !== name) throw newBadRequest(nameMessage(object.metadata.name, name));
  object.metadata.name = name;
  delete object.metadata.resourceVersion;
  return object;
}
