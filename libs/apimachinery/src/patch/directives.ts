import { newBadRequest } from '../errors/constructors.js';
import { isJsonObject, setField } from './json-object.js';
import type { JsonObject } from './json-object.js';

/** `$patch: replace | delete` beside the fields of an object. */
export const patchDirective = '$patch';
/** A list of the fields that the object may keep. */
export const retainKeysDirective = '$retainKeys';
/** Before the name of a list of scalars: what to take out of it. */
export const deleteListPrefix = '$deleteFromPrimitiveList/';
/** Before the name of a list: the order that its elements shall have. */
export const elementOrderPrefix = '$setElementOrder/';

/** The `$patch` directive of an object. @throws StatusError 400 on one that does not exist */
export function directiveOf(value: unknown): 'replace' | 'delete' | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, patchDirective)) return undefined;
  const directive = value[patchDirective];
  if (directive === 'replace' || directive === 'delete') return directive;
  throw newBadRequest(`unknown patch type: ${String(directive)} in map: ${goMap(value)}`);
}

/** What `$retainKeys` names. @throws StatusError 400 when the patch sets a field that it does not name */
export function retainedKeys(patch: JsonObject): ReadonlySet<unknown> | undefined {
  if (!Object.hasOwn(patch, retainKeysDirective)) return undefined;
  const names = patch[retainKeysDirective];
  const retained: ReadonlySet<unknown> = new Set(Array.isArray(names) ? names : []);
  const sets = Object.keys(patch).filter((name) => patch[name] !== null && !name.startsWith('$'));
  if (!Array.isArray(names) || sets.some((name) => !retained.has(name))) throw newBadRequest('invalid patch format of retainKeys');
  return retained;
}

/**
 * A value of a patch as it stands where nothing was before: without what is marked by `$patch` and, unless they are kept, without
 * nulls. undefined when the value itself is marked. Other directives stay: a decoder finds that they do not belong there.
 */
export function withoutMarked(value: unknown, keepsNulls = false): unknown {
  if (Array.isArray(value)) return value.map((element) => withoutMarked(element, keepsNulls)).filter((element) => element !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, patchDirective) && value[patchDirective] !== null) return undefined;
  const kept: JsonObject = {};
  for (const name of Object.keys(value)) {
    const field = value[name] === null && !keepsNulls ? undefined : withoutMarked(value[name], keepsNulls);
    if (field !== undefined) setField(kept, name, field);
  }
  return kept;
}

/** 400 for a patch that is no object. */
export function notAMap(patch: unknown, prefix = ''): Error {
  return newBadRequest(`${prefix}json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`);
}

/** What Go calls the type of a JSON value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'number' : typeof value;
}

/** An object as Go prints a map, for messages. */
export function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value);
  const fields = Object.keys(value).sort().map((name) => `${name}:${goMap(value[name])}`);
  return `map[${fields.join(' ')}]`;
}
