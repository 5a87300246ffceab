import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema/schema-model.js';
import { parseGroupVersionKind } from '../schema/schema.js';
import type { JsonObject } from './json-object.js';
import { patchSchemaOf } from './patch-schema.js';
import { applyStrategicMergePatch } from './strategic-merge.js';

interface Case {
  readonly original: JsonObject & { apiVersion: string; kind: string };
  readonly patch: unknown;
  readonly result?: unknown;
  readonly error?: string;
}

const cases = JSON.parse(gunzipSync(readFileSync(new URL('../../test-data/strategic-merge.json.gz', import.meta.url))).toString()) as Case[];

describe('strategic merge as upstream does it', () => {
  it.each(cases.map((one, index) => [index, one] as const))('case %i', (_index, { original, patch, result, error }) => {
    const schema = patchSchemaOf(schemaOf(parseGroupVersionKind(original.apiVersion, original.kind)));
    const untouched = JSON.stringify([original, patch]);
    if (error === undefined) expect(applyStrategicMergePatch(original, patch, schema), JSON.stringify(patch)).toEqual(result);
    else expect(() => applyStrategicMergePatch(original, patch, schema)).toThrow(error);
    expect(JSON.stringify([original, patch])).toBe(untouched);
  });
});
