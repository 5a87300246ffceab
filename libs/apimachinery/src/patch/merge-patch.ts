import { newBadRequest } from '../errors/constructors.js';
import { notAMap } from './directives.js';
import { getField, isJsonObject, setField } from './json-object.js';
import type { JsonObject } from './json-object.js';

/**
 * Applies a JSON merge patch (RFC 7396): `null` removes a field, objects merge, everything else replaces. Changes neither
 * argument; the result shares what did not change with them. As upstream does, and beyond the RFC, `null` fields of objects
 * inside lists are dropped.
 * @throws StatusError 400 when the patch is no object
 */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (patch === null) throw newBadRequest('Invalid JSON Patch');
  if (!isJsonObject(patch)) throw notAMap(patch, 'error decoding patch: ');
  return mergeObjects(document, patch);
}

function mergeObjects(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...target };
  for (const name of Object.keys(patch)) {
    const value = patch[name];
    if (value === null) delete merged[name];
    else setField(merged, name, mergeValue(getField(target, name), value));
  }
  return merged;
}

function mergeValue(current: unknown, value: unknown): unknown {
  return isJsonObject(current) && isJsonObject(value) ? mergeObjects(current, value) : withoutNulls(value);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const name of Object.keys(value)) {
    if (value[name] !== null) setField(kept, name, withoutNulls(value[name]));
  }
  return kept;
}
