import { checkTypes, cloneJson, dropUnknownFields, goQuote, rfc3339 } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { trackUpdated } from '../field-management/field-tracking.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { kindProblem, mediaType, otherKindMessage } from '../http/decode-body.js';
import type { FieldValidation } from '../http/decode-body.js';
import { newInvalidPatch } from '../http/invalid-patch.js';
import { checkName, checkUid, updateObject } from '../registry/update.js';
import { applyWith } from './apply.js';
import { dropRepeatedOwners } from './owner-references.js';
import { APPLY_TYPE, parsePatch } from './parsed-patch.js';
import type { ParsedPatch } from './parsed-patch.js';
import type { ResourceRequest } from './verb.js';
import { writeOptions } from './write-options.js';

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
  const patched = patcher(request, resource.kind, validation);
  const objectFor = (old: ResourceObject): ResourceObject => {
    const object = patched(old);
    checkName(object.metadata, name);
    checkUid(resource.kind, object, old);
    dropRepeatedOwners(object, (text) => context.warn(text), true);
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

/** What the patch of a request makes of an object of that kind, each time an object of its own. */
export function patcher(request: ResourceRequest, kind: GroupVersionKind, validation: FieldValidation): (old: ResourceObject) => ResourceObject {
  const parsed = parsePatch(request, kind);
  return (old) => {
    const document = old as unknown as JsonObject;
    const refuse = (problem: string): Error => newInvalidPatch(parsed.shown(document), problem);
    const made = parsed.apply(document);
    const problem = parsed.words === 'decoder' ? kindProblem(made) : undefined;
    if (problem !== undefined) throw refuse(problem);
    const object = ownCopy(made as ResourceObject, old);
    const unknown = fitted(object, kind, parsed.words, refuse);
    keepKind(object, old, refuse);
    object.metadata ??= {};
    if (validation !== 'Ignore') report(request, validation, [...parsed.problems(), ...unknown.map((path) => `unknown field ${goQuote(path)}`)], refuse);
    return object;
  };
}

/** Brings what a patch made into its kind's form; answers the paths of unknown fields. Throws 422 for a value of the wrong type. */
function fitted(object: ResourceObject, kind: GroupVersionKind, words: ParsedPatch['words'], refuse: (problem: string) => Error): readonly string[] {
  const wrongType = checkTypes(kind, object, words);
  if (wrongType !== undefined) throw refuse(wrongType);
  return dropUnknownFields(kind, object).unknown;
}

/** Throws 422 under strict validation. */
function report({ context }: ResourceRequest, validation: FieldValidation, problems: readonly string[], refuse: (problem: string) => Error): void {
  if (problems.length === 0) return;
  if (validation === 'Strict') throw refuse(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) context.warn(problem);
}

/** Whether the body is a configuration to apply. */
export function isApply({ context }: Pick<ResourceRequest, 'context'>): boolean {
  return mediaType(context) === APPLY_TYPE;
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

/** A patch cannot make another kind of thing out of an object; without kind and version it is what it was. */
function keepKind(object: ResourceObject, old: ResourceObject, refuse: (problem: string) => Error): void {
  object.apiVersion ||= old.apiVersion;
  object.kind ||= old.kind;
  if (object.kind !== old.kind || object.apiVersion !== old.apiVersion) throw refuse(otherKindMessage(object, old));
}
