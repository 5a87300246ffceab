import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, fieldProblemMessages, goMap, hasDuplicateFields, JsonSyntaxError, newBadRequest, newUnsupportedMediaType, parseJson, patchSchemaOf, schemaOf } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject } from '@gantry/apimachinery';
import { bodyText, mediaType } from '../http/decode-body.js';
import type { ResourceRequest } from './verb.js';

export const APPLY_TYPE = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const READABLE: readonly string[] = [JSON_PATCH, MERGE_PATCH, 'application/strategic-merge-patch+json', APPLY_TYPE];
const OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** A patch other than apply. */
export interface ParsedPatch {
  /** The new document for an old one. Changes nothing that it is given. */
  readonly apply: (document: JsonObject) => JsonObject;
  /** What field validation says of the patch's own text. */
  readonly problems: () => readonly string[];
  /** How upstream shows in a refusal what a patch of this type makes of a document. */
  readonly shown: (document: JsonObject) => string;
}

/** Throws 415 for a patch type that is not known, 400 for a body that is no JSON. */
export function parsePatch({ context }: Pick<ResourceRequest, 'context'>, kind: GroupVersionKind): ParsedPatch {
  const type = mediaType(context);
  if (!READABLE.includes(type)) throw newUnsupportedMediaType(READABLE);
  const text = bodyText(context);
  const body = parsedBody(text);
  const problems = (): readonly string[] => problemsOf(text, body, type === JSON_PATCH);
  if (type === JSON_PATCH) return showingResult((document) => asObject(applyJsonPatch(document, body)), problems);
  if (type === MERGE_PATCH) return showingResult((document) => applyMergePatch(document, body), problems);
  const schema = patchSchemaOf(schemaOf(kind));
  return { apply: (document) => applyStrategicMergePatch(document, body, schema), problems, shown: () => goMap(body) };
}

function showingResult(apply: ParsedPatch['apply'], problems: ParsedPatch['problems']): ParsedPatch {
  return { apply, problems, shown: (document) => JSON.stringify(apply(document)) };
}

function problemsOf(text: string, body: unknown, isJsonPatch: boolean): readonly string[] {
  const unknown = isJsonPatch ? unknownOperationFields(body) : [];
  const hasDuplicates = hasDuplicateFields(text, body);
  if (unknown.length === 0 && !hasDuplicates) return [];
  const messages = fieldProblemMessages(text, unknown, hasDuplicates);
  return isJsonPatch ? messages.map((message) => `json patch ${message}`) : messages;
}

function unknownOperationFields(body: unknown): string[] {
  if (!Array.isArray(body)) return [];
  return body.flatMap((operation: unknown, index) => Object.keys(operation ?? {}).filter((name) => !OPERATION_FIELDS.has(name)).map((name) => `[${String(index)}].${name}`));
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
