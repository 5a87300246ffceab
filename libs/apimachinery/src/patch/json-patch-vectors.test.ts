import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../codec/json.js';
import type { JsonObject } from './json-object.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';

interface Case {
  readonly kind: 'json' | 'merge';
  readonly document: JsonObject;
  readonly patch: unknown;
  readonly result?: unknown;
  readonly error?: string;
}

const cases = parseJson(gunzipSync(readFileSync(new URL('../../test-data/json-patches.json.gz', import.meta.url))).toString()) as Case[];

/** What is wrong with the patch: the answer itself does not say. */
function causeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return ((error as Error).cause as Error).message;
  }
  throw new Error('the patch was applied');
}

describe('JSON patch and merge patch as upstream does them', () => {
  it.each(cases.map((one, index) => [index, one] as const))('case %i', (_index, { kind, document, patch, result, error }) => {
    const untouched = JSON.stringify([document, patch]);
    const patched = (): unknown => (kind === 'json' ? applyJsonPatch(document, patch) : applyMergePatch(document, patch));
    if (error === undefined) expect(JSON.parse(JSON.stringify(patched())), untouched).toEqual(JSON.parse(JSON.stringify(result)));
    else expect(causeOf(patched), untouched).toBe(error);
    expect(JSON.stringify([document, patch])).toBe(untouched);
  });
});
