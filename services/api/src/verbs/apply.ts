import { apiVersionOf, checkTypes, dropUnknownFields, goKind, groupVersionKindText, isDecodeError, newBadRequest, newConflict, parseApiVersion, parseYamlBody, rfc3339, trackApply } from '@gantry/apimachinery';
import type { FieldVersions, GroupVersionKind, ManagedObject } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import { fieldVersions } from '../field-management/versions.js';
import { bytesAnswer } from '../http/answer.js';
import type { Answer } from '../http/answer.js';
import { bodyText, warnOfProblem } from '../http/decode-body.js';
import type { RequestContext } from '../http/request-context.js';
import { createObject } from '../registry/create.js';
import { checkName, checkUid, updateObject } from '../registry/update.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { ResourceRequest } from './verb.js';
import { writeOptions } from './write-options.js';
import type { WriteOptions } from './write-options.js';

/** An applied configuration, parsed, and what strict validation says of its text. */
export interface AppliedBody {
  readonly config: Record<string, unknown>;
  readonly duplicates: string | undefined;
}

/** Server-side apply under the rules of the resource or of one of its subresources; what does not exist is created, but for a subresource. */
export async function applyWith(request: ResourceRequest, strategy: Strategy): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const representation = request.representation();
  const options = writeOptions(request, 'PatchOptions', true);
  const body = await appliedBody(context);
  const versions = fieldVersions(resource.kind, strategy);
  const warn = (text: string): void => context.warn(text);
  const applied = (live: ResourceObject): ResourceObject => {
    const object = appliedObject(request, resource.kind, versions, options, body, live);
    checkUid(resource.kind, object, live);
    return object;
  };
  const create = async (): Promise<CachedObject> => {
    const object = named(request, applied({ apiVersion: apiVersionOf(resource.kind), kind: resource.kind.kind, metadata: {} }));
    request.requirePermission('create');
    return createObject(env, { resource, namespace, object, track: asApplied, identity, dryRun: options.dryRun, warn });
  };
  const { object, created } = await updateObject(env, {
    resource, namespace, name, subresource, strategy, objectFor: applied, track: asApplied, identity, dryRun: options.dryRun, warn,
    createInstead: subresource === '' ? create : undefined,
    signal: context.signal,
  });
  return bytesAnswer(created ? 201 : 200, representation.contentType, representation.object(object));
}

/** An apply has written down itself who manages what. */
export const asApplied = (): void => undefined;

/** Throws 400 for a body that is no object in YAML. */
export async function appliedBody(context: RequestContext): Promise<AppliedBody> {
  try {
    const { value, duplicates } = await parseYamlBody(bodyText(context));
    if (value === null || value === undefined) return { config: {}, duplicates };
    if (typeof value === 'object' && !Array.isArray(value)) return { config: value as Record<string, unknown>, duplicates };
    throw newBadRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`);
  } catch (error) {
    if (isDecodeError(error)) throw newBadRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

/** What the applied configuration makes of a live object of that kind. */
export function appliedObject({ env, subresource, context }: ResourceRequest, kind: GroupVersionKind, versions: FieldVersions, { manager, force, validation }: WriteOptions, { config, duplicates }: AppliedBody, live: ResourceObject): ResourceObject {
  checkKind(kind, config);
  const by = { manager, operation: 'Apply', apiVersion: versions.apiVersion, subresource } as const;
  const title = titleOf(kind, config);
  const object = trackApply(versions, live as ManagedObject, { config, by, force, now: rfc3339(env.now()), title }) as unknown as ResourceObject;
  convert(object, kind, title);
  if (duplicates !== undefined) reportDuplicates(context, validation, duplicates);
  return object;
}

/** Brings what was merged into its kind's form, in place. Throws 400 for a value that only looks like its type: a time, a quantity. */
function convert(object: ResourceObject, kind: GroupVersionKind, title: string): void {
  const wrongType = checkTypes(kind, object, 'converter');
  if (wrongType !== undefined) throw newBadRequest(`failed to convert new object (${title}) to proper version: unable to convert unstructured object to ${groupVersionKindText(kind)}: ${wrongType}`);
  dropUnknownFields(kind, object);
}

/** Throws 400 under strict validation. */
function reportDuplicates(context: RequestContext, validation: WriteOptions['validation'], duplicates: string): void {
  const problem = `error converting YAML to JSON: ${duplicates}`;
  if (validation === 'Strict') throw newBadRequest(`error strict decoding YAML: ${problem}`);
  if (validation === 'Warn') warnOfProblem(context, problem);
}

/** Throws 400 for a configuration of something else than what the path says. */
function checkKind(kind: GroupVersionKind, config: Readonly<Record<string, unknown>>): void {
  const { apiVersion = '', kind: given = '' } = config;
  if (apiVersion !== apiVersionOf(kind) || given !== kind.kind) throw newBadRequest(`invalid object type: ${kindText(textOf(apiVersion), textOf(given))}`);
}

/** `apps/v1, Kind=Deployment`; the core group has nothing before the slash. */
function kindText(apiVersion: string, kind: string): string {
  if (apiVersion.split('/').length > 2) return groupVersionKindText({ group: '', version: '', kind: '' });
  return groupVersionKindText({ ...parseApiVersion(apiVersion), kind });
}

/** What is no text counts as nothing. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function titleOf(kind: GroupVersionKind, { metadata }: Readonly<Record<string, unknown>>): string {
  const { namespace, name } = (metadata ?? {}) as { namespace?: unknown; name?: unknown };
  return `${textOf(namespace)}/${textOf(name)}; ${groupVersionKindText(kind)}`;
}

/** A configuration that creates: its resourceVersion means nothing. Throws unless it has the name of the path and no uid. */
function named({ resource, name }: ResourceRequest, object: ResourceObject): ResourceObject {
  const { uid } = object.metadata;
  if (uid) throw newConflict(resource.groupResource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
  checkName(object.metadata, name);
  delete object.metadata.resourceVersion;
  return object;
}
