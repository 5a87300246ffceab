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

/** An operation on one of the places that a document has, or on one that it could have. */
const operation = fc.record({ op: fc.constantFrom('add', 'remove', 'replace', 'copy', 'test'), at: fc.nat(), other: fc.nat(), value: tree });

/** The places of a document, and with `more` one more in each of its lists and objects. */
function pointersOf(value: unknown, more: boolean, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = !more ? [] : Array.isArray(value) ? ['-', String(value.length)] : ['b'];
  return [...own.map((step) => `${at}/${step}`), ...Object.entries(value).flatMap(([step, inner]) => {
    const pointer = `${at}/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [pointer, ...pointersOf(inner, more, pointer)];
  })];
}

function operationOf(document: unknown, { op, at, other, value }: { op: string; at: number; other: number; value: unknown }): Operation {
  const [all, existing] = [pointersOf(document, true), pointersOf(document, false)];
  const [path, from] = [all[at % all.length]!, existing[other % existing.length] ?? '/none'];
  return (op === 'remove' ? { op, path } : op === 'copy' ? { op, from, path } : { op, path, value }) as Operation;
}

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
    fc.assert(fc.property(document, operation, (before, one) => {
      const patch = [operationOf(before, one)];
      const expected = outcome(() => jsonPatch.applyPatch(structuredClone(before), structuredClone(patch), true).newDocument);
      if (expected === undefined) return;
      applied += 1;
      expect(outcome(() => applyJsonPatch(before, patch))).toEqual(expected);
    }), { numRuns: 2000 });
    expect(applied).toBeGreaterThan(200);
  });
});

describe('a move', () => {
  it('is a removal and an addition of what was removed', () => {
    let applied = 0;
    fc.assert(fc.property(document, fc.nat(), fc.nat(), (before, at, other) => {
      const [all, existing] = [pointersOf(before, true), pointersOf(before, false)];
      fc.pre(existing.length > 0);
      const [path, from] = [all[at % all.length]!, existing[other % existing.length]!];
      const value: unknown = jsonPatch.getValueByPointer(before, from);
      const expected = outcome(() => applyJsonPatch(before, [{ op: 'remove', path: from }, { op: 'add', path, value }]));
      if (expected !== undefined) applied += 1;
      expect(outcome(() => applyJsonPatch(before, [{ op: 'move', from, path }]))).toEqual(expected);
    }), { numRuns: 1000 });
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
