import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema/schema-model.js';
import { isJsonObject } from './json-object.js';
import type { JsonObject } from './json-object.js';
import { applyMergePatch } from './merge-patch.js';
import { patchSchemaOf } from './patch-schema.js';
import type { PatchField, PatchSchema } from './patch-schema.js';
import { applyStrategicMergePatch } from './strategic-merge.js';

/** A patch that leads from one document to another, as kubectl makes it from what it has and what it wants. */
function strategicDiff(before: JsonObject, after: JsonObject, schema: PatchSchema): JsonObject {
  const patch: JsonObject = {};
  for (const name of Object.keys(before)) if (!(name in after)) patch[name] = null;
  for (const name of Object.keys(after)) Object.assign(patch, fieldDiff(name, before[name], after[name], schema.field(name)));
  return patch;
}

function fieldDiff(name: string, before: unknown, after: unknown, field: PatchField | undefined): JsonObject {
  if (isJsonObject(before) && isJsonObject(after)) {
    const under = strategicDiff(before, after, field!.schema);
    return Object.keys(under).length === 0 ? {} : { [name]: under };
  }
  if (!Array.isArray(before) || !Array.isArray(after) || !field!.strategies.includes('merge')) return { [name]: after };
  return field!.mergeKey === undefined ? setDiff(name, before, after) : itemsDiff(name, before as JsonObject[], after as JsonObject[], field!);
}

function setDiff(name: string, before: readonly unknown[], after: readonly unknown[]): JsonObject {
  const gone = before.filter((one) => !after.includes(one));
  return { [`$setElementOrder/${name}`]: after, ...(gone.length > 0 && { [`$deleteFromPrimitiveList/${name}`]: gone }), [name]: after.filter((one) => !before.includes(one)) };
}

function itemsDiff(name: string, before: readonly JsonObject[], after: readonly JsonObject[], { mergeKey, schema }: PatchField): JsonObject {
  const key = (one: JsonObject): unknown => one[mergeKey!];
  const changed = after.map((one) => {
    const old = before.find((other) => key(other) === key(one));
    return old === undefined ? one : { [mergeKey!]: key(one), ...strategicDiff(old, one, schema) };
  });
  const gone = before.filter((one) => !after.some((other) => key(other) === key(one))).map((one) => ({ [mergeKey!]: key(one), $patch: 'delete' }));
  return { [`$setElementOrder/${name}`]: after.map((one) => ({ [mergeKey!]: key(one) })), [name]: [...changed, ...gone] };
}

const value = fc.constantFrom('1', '2', '3');
const named = <T extends object>(rest: fc.Arbitrary<T>): fc.Arbitrary<JsonObject[]> => fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), rest).map(([name, more]): JsonObject => ({ name, ...more })), { selector: ({ name }) => name, minLength: 1, maxLength: 4 });
const container = fc.record({ image: value, env: named(fc.record({ value }, { requiredKeys: [] })), args: fc.array(value, { minLength: 1, maxLength: 2 }), resources: fc.record({ limits: fc.dictionary(value, value, { minKeys: 1 }) }) }, { requiredKeys: [] });
const spec = fc.record({ containers: named(container), nodeSelector: fc.dictionary(value, value, { minKeys: 1 }), tolerations: fc.array(fc.record({ key: value }), { minLength: 1, maxLength: 2 }), nodeName: value }, { requiredKeys: [] });
const metadata = fc.record({ labels: fc.dictionary(value, value, { minKeys: 1 }), finalizers: fc.uniqueArray(value, { minLength: 1 }) }, { requiredKeys: [] });
const pod: fc.Arbitrary<JsonObject> = fc.record({ metadata, spec }, { requiredKeys: [] });
const schema = patchSchemaOf(schemaOf({ group: '', version: 'v1', kind: 'Pod' }));

describe('a strategic merge patch', () => {
  it('that leads from one document to another makes it, order and all', () => {
    fc.assert(fc.property(pod, pod, (before, after) => {
      const [first, second] = [JSON.stringify(before), JSON.stringify(after)];
      expect(applyStrategicMergePatch(before, strategicDiff(before, after, schema), schema)).toEqual(after);
      expect([JSON.stringify(before), JSON.stringify(after)]).toEqual([first, second]);
    }));
  });

  it('is idempotent, and changes nothing where there is nothing to change', () => {
    fc.assert(fc.property(pod, pod, (before, after) => {
      const patch = strategicDiff(before, after, schema);
      const once = applyStrategicMergePatch(before, patch, schema);
      expect(applyStrategicMergePatch(once, patch, schema)).toEqual(once);
      expect(applyStrategicMergePatch(before, {}, schema)).toEqual(before);
    }));
  });
});

/** RFC 7396, section 2, word for word; upstream takes nulls out of what is new, too. */
function mergePatchOfTheRfc(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return Array.isArray(patch) ? patch.map((one) => mergePatchOfTheRfc(undefined, one)) : patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [name, one] of Object.entries(patch)) {
    if (one === null) delete result[name];
    else result[name] = mergePatchOfTheRfc(result[name], one);
  }
  return result;
}

function mergeDiff(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const name of Object.keys(before)) if (!(name in after)) patch[name] = null;
  for (const name of Object.keys(after)) {
    const [old, one] = [before[name], after[name]];
    patch[name] = isJsonObject(old) && isJsonObject(one) ? mergeDiff(old, one) : one;
  }
  return patch;
}

describe('a merge patch', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const leaf = fc.constantFrom<unknown>(1, 'x', true, null, [1, 'y'], []);
  const { tree } = fc.letrec((tie) => ({ tree: fc.oneof({ depthSize: 'small' }, leaf, fc.dictionary(names, tie('tree'), { maxKeys: 3 })) }));
  const documents = fc.dictionary(names, tree, { maxKeys: 3 });
  const withoutNulls = (one: unknown): unknown => (isJsonObject(one) ? Object.fromEntries(Object.entries(one).filter(([, inner]) => inner !== null).map(([name, inner]) => [name, withoutNulls(inner)])) : one);

  it('does what the RFC says', () => {
    fc.assert(fc.property(documents, documents, (target, patch) => {
      expect(applyMergePatch(target, patch)).toEqual(mergePatchOfTheRfc(target, patch));
    }));
  });

  it('that leads from one document to another makes it', () => {
    fc.assert(fc.property(documents, documents, (one, other) => {
      const [before, after] = [withoutNulls(one) as JsonObject, withoutNulls(other) as JsonObject];
      expect(applyMergePatch(before, mergeDiff(before, after))).toEqual(after);
    }));
  });
});
