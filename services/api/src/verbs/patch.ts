import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, cloneJson, JsonSyntaxError, newBadRequest, newUnsupportedMediaType, parseJson, patchSchemaOf, rfc3339, schemaOf } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { trackUpdated } from '../field-management/field-tracking.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { bodyText, mediaType, normalize } from '../http/decode-body.js';
import { newInvalidPatch } from '../http/invalid-patch.js';
import { updateObject } from '../registry/update.js';
import { applyWith } from './apply.js';
import type { ResourceRequest } from './verb.js';
import { writeOptions } from './write-options.js';

/** A patch, parsed: the new document for an old one. Changes nothing that it is given. */
export type Patch = (document: JsonObject) => JsonObject;

const APPLY = 'application/apply-patch+yaml';
const READABLE = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', APPLY];

/** PATCH of the resource itself. */
export function patch(request: ResourceRequest): Promise<Answer> {
  return patchWith(request, request.resource.kind.strategy);
}

/** PATCH under the rules of the resource or of one of its subresources. A patch that names no resourceVersion is applied again when it lost a race. */
export async function patchWith(request: ResourceRequest, strategy: Strategy): Promise<Answer> {
  if (isApply(request)) return applyWith(request, strategy);
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const representation = request.representation();
  const { dryRun, validation, manager } = writeOptions(request, 'PatchOptions');
  const write = { resource, strategy, subresource, manager, now: rfc3339(env.now()) };
  const apply = parsePatch(request, resource.kind);
  const objectFor = (old: ResourceObject): ResourceObject => {
    const object = ownCopy(apply(old as unknown as JsonObject) as unknown as ResourceObject, old);
    checkPatched(object, old);
    normalize(object, resource.kind, validation === 'Ignore' ? undefined : [], (problems) => {
      if (validation === 'Strict') throw newInvalidPatch(resource.kind, name, problems);
      for (const problem of problems) context.warn(problem);
    });
    return object;
  };
  const { object } = await updateObject(env, {
    resource, namespace, name, subresource, strategy, objectFor, identity, dryRun,
    track: (wanted, old) => trackUpdated(wanted, old, write),
    warn: (text) => context.warn(text),
    signal: context.signal,
  });
  return bytesAnswer(200, representation.contentType, representation.object(object));
}

/** Whether the body is a configuration to apply. */
export function isApply({ context }: Pick<ResourceRequest, 'context'>): boolean {
  return mediaType(context) === APPLY;
}

/** What a patch made shares with the old object: a copy of it all but what says who manages fields, which is replaced and never changed. */
function ownCopy(patched: ResourceObject, old: ResourceObject): ResourceObject {
  const { managedFields } = old.metadata;
  if (managedFields === undefined || patched.metadata?.managedFields !== managedFields) return cloneJson(patched as unknown as JsonObject) as unknown as ResourceObject;
  const { managedFields: _, ...metadata } = patched.metadata;
  const copy = cloneJson({ ...patched, metadata } as unknown as JsonObject) as unknown as ResourceObject;
  copy.metadata.managedFields = managedFields;
  return copy;
}

/** Throws 415 for a patch type that is not known, 400 for a body that is no JSON. */
export function parsePatch({ context }: Pick<ResourceRequest, 'context'>, kind: GroupVersionKind): Patch {
  const type = mediaType(context);
  if (!READABLE.includes(type)) throw newUnsupportedMediaType(READABLE);
  const body = parsedBody(bodyText(context));
  if (type === 'application/json-patch+json') return (document) => asObject(applyJsonPatch(document, body));
  if (type === 'application/merge-patch+json') return (document) => applyMergePatch(document, body);
  const schema = patchSchemaOf(schemaOf(kind));
  return (document) => applyStrategicMergePatch(document, body, schema);
}

function parsedBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw newBadRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
}

function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw newBadRequest('the patched document is no object');
}

/** A patch cannot make another kind of thing out of an object. */
function checkPatched(object: ResourceObject, old: ResourceObject): void {
  if (object.kind !== old.kind || object.apiVersion !== old.apiVersion) throw newBadRequest(`a patch cannot change kind or apiVersion of ${old.kind} ${old.metadata.name ?? ''}`);
  if (typeof object.metadata !== 'object' || object.metadata === null) throw newBadRequest('a patch cannot remove metadata');
}
