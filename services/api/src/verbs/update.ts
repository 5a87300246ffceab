import { newConflict, rfc3339 } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { trackCreated, trackUpdated } from '../field-management/field-tracking.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { createObject } from '../registry/create.js';
import type { ServedResource } from '../registry/served-resource.js';
import { checkName, uidMessage, updateObject } from '../registry/update.js';
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
  let first: ResourceObject | undefined = decode();
  checkName(first.metadata, name);
  /** An object of its own for every attempt, of which there is mostly one. */
  const decoded = (): ResourceObject => {
    const object = first ?? decode();
    first = undefined;
    return object;
  };
  const create = async (): Promise<CachedObject> => {
    request.requirePermission('create');
    return createObject(env, { resource, namespace, object: unstored(resource, decoded()), track: (made) => trackCreated(made, write), identity, dryRun, warn });
  };
  const createInstead = strategy.allowCreateOnUpdate === true && subresource === '' ? create : undefined;
  const { object, created } = await updateObject(env, {
    resource, namespace, name, subresource, strategy, objectFor: decoded, createInstead, identity, dryRun, warn,
    track: (wanted, old) => trackUpdated(wanted, old, write),
    signal: context.signal,
  });
  return bytesAnswer(created ? 201 : 200, representation.contentType, representation.object(object));
}

/** The resourceVersion of a PUT that creates means nothing. Throws 409 for one that is meant for a certain object. */
function unstored({ groupResource }: ServedResource, object: ResourceObject): ResourceObject {
  const { name = '', uid } = object.metadata;
  if (uid) throw newConflict(groupResource, name, uidMessage(uid, ''));
  delete object.metadata.resourceVersion;
  return object;
}
