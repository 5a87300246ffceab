import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, fieldProblemMessages, goMap, hasDuplicateFields, JsonSyntaxError, newBadRequest, newUnsupportedMediaType, parseJson, patchSchemaOf, schemaOf } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject } from '@gantry/apimachinery';
import { bodyText, mediaType } from '../http/decode-body.js';
import type { ResourceRequest } from './verb.js';

export const APPLY_TYPE = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const READABLE: readonly string[] = [JSON_PATCH, MERGE_PATCH, STRATEGIC, APPLY_TYPE];
const OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** A patch other than apply. */
export interface ParsedPatch {
  /** The new document for an old one. Changes nothing that it is given. */
  readonly apply: (document: JsonObject) => unknown;
  /** Whose words say that a value has a wrong type. */
  readonly words: 'decoder' | 'converter';
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
  const body = parsedBody(text, type);
  const problems = (): readonly string[] => problemsOf(text, body, type === JSON_PATCH);
  if (type === JSON_PATCH) return showingResult((document) => applyJsonPatch(document, body), problems);
  if (type === MERGE_PATCH) return showingResult((document) => applyMergePatch(document, body), problems);
  const schema = patchSchemaOf(schemaOf(kind));
  return { apply: (document) => sameKind(applyStrategicMergePatch(document, body, schema), document), words: 'converter', problems, shown: () => goMap(body) };
}

function showingResult(apply: ParsedPatch['apply'], problems: ParsedPatch['problems']): ParsedPatch {
  return { apply, words: 'decoder', problems, shown: (document) => JSON.stringify(apply(document)) };
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

/** Of a strategic patch upstream says no more than its decoder does. */
function parsedBody(text: string, type: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw newBadRequest(type === STRATEGIC ? error.message : `error decoding patch: ${error.message}`);
    throw error;
  }
}

/** What a strategic merge patch makes is taken for the kind that it is applied to, whatever it says. */
function sameKind(patched: JsonObject, { apiVersion, kind }: JsonObject): JsonObject {
  const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';
  return isText(patched['kind']) && isText(patched['apiVersion']) ? { ...patched, apiVersion, kind } : patched;
}
