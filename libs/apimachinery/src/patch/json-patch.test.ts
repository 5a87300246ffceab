import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { applyJsonPatch, applyMergePatch, isInvalid, jsonPatchOperationLimit, type StatusError } from '../index.js';
import type { JsonObject } from '../index.js';

const document = (): JsonObject => ({ metadata: { labels: { app: 'web', 'a/b': 'x', 'c~d': 'y' } }, spec: { list: [1, 2, 3] } });

const operations: [sentence: string, patch: unknown[], result: JsonObject][] = [
  ['adds a field', [{ op: 'add', path: '/spec/x', value: 1 }], { ...document(), spec: { list: [1, 2, 3], x: 1 } }],
  ['inserts into a list', [{ op: 'add', path: '/spec/list/1', value: 9 }], { ...document(), spec: { list: [1, 9, 2, 3] } }],
  ['appends to a list', [{ op: 'add', path: '/spec/list/-', value: 9 }], { ...document(), spec: { list: [1, 2, 3, 9] } }],
  ['counts from the end', [{ op: 'remove', path: '/spec/list/-1' }], { ...document(), spec: { list: [1, 2] } }],
  ['replaces an element', [{ op: 'replace', path: '/spec/list/0', value: 7 }], { ...document(), spec: { list: [7, 2, 3] } }],
  ['reads escapes', [{ op: 'remove', path: '/metadata/labels/a~1b' }, { op: 'remove', path: '/metadata/labels/c~0d' }], { ...document(), metadata: { labels: { app: 'web' } } }],
  ['moves', [{ op: 'move', from: '/spec/list', path: '/items' }], { metadata: document()['metadata'], spec: {}, items: [1, 2, 3] }],
  ['copies', [{ op: 'copy', from: '/spec/list/0', path: '/spec/first' }], { ...document(), spec: { list: [1, 2, 3], first: 1 } }],
  ['tests and goes on', [{ op: 'test', path: '/spec/list', value: [1, 2, 3] }], document()],
  ['takes an absent field for null', [{ op: 'test', path: '/spec/none', value: null }], document()],
];

test.each(operations)('a JSON patch %s', (_sentence, patch, result) => {
  const before = document();
  expect(applyJsonPatch(before, patch)).toEqual(result);
  expect(before).toEqual(document());
});

const refused: [sentence: string, patch: unknown, code: number, message: string][] = [
  ['a test that fails', [{ op: 'test', path: '/spec/list/0', value: 2 }], 422, 'the server rejected our request due to an error in our request'],
  ['a path that leads nowhere', [{ op: 'add', path: '/none/x', value: 2 }], 422, 'the server rejected our request due to an error in our request'],
  ['an index past the end', [{ op: 'add', path: '/spec/list/4', value: 2 }], 422, 'the server rejected our request due to an error in our request'],
  ['a removal of nothing', [{ op: 'remove', path: '/spec/none' }], 422, 'the server rejected our request due to an error in our request'],
  ['an operation that does not exist', [{ op: 'spin', path: '/spec' }], 422, 'the server rejected our request due to an error in our request'],
  ['an object', { op: 'add' }, 400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  [
    'more operations than allowed',
    new Array(jsonPatchOperationLimit + 1).fill({ op: 'test', path: '/spec/none' }),
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
];

test.each(refused)('%s is refused', (_sentence, patch, code, message) => {
  expect(() => applyJsonPatch(document(), patch)).toThrowError(expect.objectContaining({ code, message }) as Error);
});

it('keeps the cause of a refusal for the log', () => {
  try {
    applyJsonPatch(document(), [{ op: 'test', path: '/spec', value: 1 }]);
    expect.unreachable();
  } catch (error) {
    expect(isInvalid(error)).toBe(true);
    expect((error as StatusError).cause).toMatchObject({ message: 'testing value /spec failed: test failed' });
  }
});

it('does not let a later operation reach into the patch', () => {
  const patch = [{ op: 'add', path: '/a', value: { b: 1 } }, { op: 'add', path: '/a/c', value: 2 }];
  expect(applyJsonPatch({}, patch)).toEqual({ a: { b: 1, c: 2 } });
  expect(patch[0]).toEqual({ op: 'add', path: '/a', value: { b: 1 } });
});

it('treats __proto__ as a field', () => {
  const result = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}')) as JsonObject;
  expect(Object.keys(result)).toEqual(['__proto__']);
  expect(({} as JsonObject)['polluted']).toBeUndefined();
});

describe('merge patch (the table of RFC 7396, appendix A, as far as documents are objects)', () => {
  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j make %j', (target, patch, result) => {
    const before = JSON.stringify([target, patch]);
    expect(applyMergePatch(target, patch)).toEqual(result);
    expect(JSON.stringify([target, patch])).toBe(before);
  });

  it.each([
    [null, 'Invalid JSON Patch'],
    [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
  ])('refuses %j', (patch, message) => {
    expect(() => applyMergePatch({}, patch)).toThrowError(expect.objectContaining({ code: 400, message }) as Error);
  });

  it('is idempotent', () => {
    const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});
