import fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import mergePatch from 'json-merge-patch';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from './json-object.js';
import type { JsonObject } from './json-object.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';

/** Against other people's implementations of the two standards, where upstream does what the standards say. */
const name = fc.constantFrom('a', 'b', 'a/b', 'c~d', '0', '');
const leaf = fc.constantFrom<unknown>(0, 1, 'x', '', true, false);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(name, tie('tree'), { maxKeys: 3 })),
}));
const document = fc.dictionary(name, tree, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;

const step = fc.constantFrom('a', 'b', 'a~1b', 'c~0d', '0', '1', '2', '-');
const pointer = fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.map((one) => `/${one}`).join(''));
const operation = fc.oneof(
  fc.record({ op: fc.constant('add'), path: pointer, value: tree }),
  fc.record({ op: fc.constant('remove'), path: pointer }),
  fc.record({ op: fc.constant('replace'), path: pointer, value: tree }),
  fc.record({ op: fc.constantFrom('move', 'copy'), from: pointer, path: pointer }),
  fc.record({ op: fc.constant('test'), path: pointer, value: tree }),
) as fc.Arbitrary<Operation>;

/** What an implementation makes of a patch; undefined where it refuses. */
function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch {
    return undefined;
  }
}

describe('a JSON patch', () => {
  it('that another library made of two documents leads from one to the other', () => {
    fc.assert(fc.property(document, document, (before, after) => {
      const patch = jsonPatch.compare(before, after);
      expect(applyJsonPatch(before, patch as unknown[])).toEqual(after);
    }), { numRuns: 500 });
  });

  it('does what another library does wherever that does not refuse', () => {
    let applied = 0;
    fc.assert(fc.property(document, fc.array(operation, { minLength: 1, maxLength: 3 }), (before, operations) => {
      const expected = outcome(() => jsonPatch.applyPatch(structuredClone(before), structuredClone(operations), true).newDocument);
      if (expected === undefined) return;
      applied += 1;
      expect(outcome(() => applyJsonPatch(before, operations as unknown[]))).toEqual(expected);
    }), { numRuns: 3000 });
    expect(applied).toBeGreaterThan(100);
  });
});

describe('a merge patch', () => {
  const withNulls = fc.dictionary(name, fc.oneof(tree, fc.constant(null), fc.dictionary(name, fc.oneof(leaf, fc.constant(null)), { maxKeys: 3 })), { maxKeys: 4 }) as fc.Arbitrary<JsonObject>;

  it('does what another library does', () => {
    fc.assert(fc.property(document, withNulls, (before, patch) => {
      expect(applyMergePatch(before, patch)).toEqual(mergePatch.apply(structuredClone(before), structuredClone(patch)));
    }), { numRuns: 1000 });
  });

  it('that another library made of two documents leads from one to the other', () => {
    fc.assert(fc.property(document, document, (before, after) => {
      const patch: unknown = mergePatch.generate(structuredClone(before), structuredClone(after)) ?? {};
      expect(isJsonObject(patch) ? applyMergePatch(before, patch) : patch).toEqual(after);
    }), { numRuns: 500 });
  });
});
