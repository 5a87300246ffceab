import { newBadRequest, rfc3339 } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { trackCreated, trackUpdated } from '../field-management/field-tracking.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { createObject } from '../registry/create.js';
import { nameMessage, updateObject } from '../registry/update.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import { dropRepeatedOwners } from './owner-references.js';
import type { ResourceRequest } from './verb.js';
import { writeOptions } from './write-options.js';

/** PUT of the resource itself. */
export function update(request: ResourceRequest): Promise<Answer> {
  return updateWith(request, request.resource.kind.strategy);
}

/** PUT under the rules of the resource or of one of its subresources. */
export async function updateWith(request: ResourceRequest, strategy: Strategy): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const representation = request.representation();
  const { dryRun, validation, manager } = writeOptions(request, 'UpdateOptions');
  const write = { resource, strategy, subresource, manager, now: rfc3339(env.now()) };
  const warn = (text: string): void => context.warn(text);
  const decode = (): ResourceObject => {
    const object = decodeObject(context, resource.kind, validation);
    dropRepeatedOwners(object, warn);
    return object;
  };
  const create = async (): Promise<CachedObject> => {
    request.requirePermission('create');
    return createObject(env, { resource, namespace, object: named(decode(), name), track: (made) => trackCreated(made, write), identity, dryRun, warn });
  };
  const createInstead = strategy.allowCreateOnUpdate === true && subresource === '' ? create : undefined;
  const { object, created } = await updateObject(env, {
    resource, namespace, name, subresource, strategy, objectFor: decode, createInstead, identity, dryRun, warn,
    track: (wanted, old) => trackUpdated(wanted, old, write),
    signal: context.signal,
  });
  return bytesAnswer(created ? 201 : 200, representation.contentType, representation.object(object));
}

/** A PUT that creates takes its name from the path, and its resourceVersion means nothing. Throws 400 for an object of another name. */
function named(object: ResourceObject, name: string): ResourceObject {
  if (object.metadata.name && object.metadata.name !== name) throw newBadRequest(nameMessage(object.metadata.name, name));
  object.metadata.name = name;
  delete object.metadata.resourceVersion;
  return object;
}
