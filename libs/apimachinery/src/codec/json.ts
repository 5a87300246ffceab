import './bigint-json.js';
import { goQuote } from '../errors/go-quote.js';
import { fieldProblems, hasDuplicateKeys } from './duplicate-keys.js';
import { goJsonError } from './go-json-error.js';
import { endOfString } from './json-strings.js';

/** Deeper nesting is refused: the walks over decoded objects recurse. */
export const MAX_JSON_DEPTH = 1000;

/** An integer of 64 bits that a double cannot hold; other numbers are doubles, as Go reads them. */
const MAY_LOSE_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A body that is no JSON, or nested too deeply. `message` is for a 400, in Go's words. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/**
 * Parses JSON without losing anything: integers past 2^53 that fit 64 bits become bigints, `__proto__` is an own key like any
 * other, of duplicate keys the last wins. `JSON.stringify` writes it all back. Throws `JsonSyntaxError`.
 */
export function parseJson(text: string): unknown {
  if (text.length > 2 * MAX_JSON_DEPTH) checkDepth(text);
  try {
    return MAY_LOSE_DIGITS.test(text) ? (JSON.parse(text, exactNumber as never) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new JsonSyntaxError(goJsonError(text) ?? (error as Error).message);
  }
}

/**
 * What strict field validation reports of a text and the unknown fields (paths) that were found in it: duplicate and unknown fields in the
 * order in which they stand there.
 */
export function fieldProblemMessages(text: string, unknown: readonly string[], hasDuplicates: boolean): string[] {
  if (!hasDuplicates) return unknown.map((path) => `unknown field ${goQuote(path)}`);
  return fieldProblems(text, new Set(unknown)).map(({ isUnknown, path }) => `${isUnknown ? 'unknown' : 'duplicate'} field ${goQuote(path)}`);
}

/** Whether a JSON text has a field twice in one object. `value` is what was parsed from the text, unchanged. */
export function hasDuplicateFields(text: string, value: unknown): boolean {
  return hasDuplicateKeys(text, value);
}

function exactNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined || !INTEGER.test(context.source)) return value;
  const exact = BigInt(context.source);
  return exact >= INT64_MIN && exact <= INT64_MAX ? exact : value;
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > MAX_JSON_DEPTH) throw new JsonSyntaxError('exceeded max depth');
  }
}
