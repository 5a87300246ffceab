import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../codec/json.js';
import type { FieldSet } from './field-set.js';
import { isShared, managedFieldsJson, parseObject, sharedSet } from './shared-sets.js';

interface Managed {
  readonly metadata: { readonly managedFields: { readonly fieldsV1: FieldSet }[] };
}

const names = (prefix: string): FieldSet => ({ 'f:spec': Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f:${prefix}${String(index)}`, {}])) });
const entry = (fieldsV1: unknown, more: object = {}): object => ({ manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1, ...more });
const pod = (...managedFields: object[]): string => JSON.stringify({ kind: 'Pod', metadata: { name: 'p', managedFields }, spec: { a: 1 } });
const setsOf = (object: unknown): FieldSet[] => (object as Managed).metadata.managedFields.map(({ fieldsV1 }) => fieldsV1);

describe('an object from JSON', () => {
  it('shares its sets of fields with the next one that has the same', () => {
    const text = pod(entry(names('a')), entry(names('b'), { subresource: 'status' }), entry({ 'f:short': {} }));
    const [first, second] = [parseObject(text), parseObject(text)];
    expect(first).toEqual(parseJson(text));
    expect(setsOf(first).map((set, index) => set === setsOf(second)[index])).toEqual([true, true, false]);
    expect(setsOf(first).map(isShared)).toEqual([true, true, false]);
  });

  it('shares the set of who was made by the same template here', () => {
    const set = sharedSet(names('made'));
    expect(sharedSet(names('made'))).toBe(set);
    expect(setsOf(parseObject(pod(entry(names('made')))))[0]).toBe(set);
  });

  it('shares a set whole, whatever is inside of it', () => {
    const [set] = setsOf(parseObject(pod(entry({ ...names('outer'), fieldsV1: names('inner') }))));
    expect([isShared(set), isShared(set?.['fieldsV1'])]).toEqual([true, false]);
  });

  it('keeps the texts of those alone that were used last', () => {
    const [first, ...others] = Array.from({ length: 40 }, (_, index) => setsOf(parseObject(pod(entry(names(`many${String(index)}-`)))))[0]!);
    expect([isShared(first), others.filter(isShared).length]).toEqual([false, 32]);
    expect(managedFieldsJson({ manager: 'm', fieldsV1: first! })).toBe(JSON.stringify({ manager: 'm', fieldsV1: first }));
  });

  const known = pod(entry(names('known')));
  const inside = JSON.stringify(names('known'));
  parseObject(known);
  it.each([
    ['says it twice', `{"metadata":{"managedFields":[{"fieldsV1":${inside}}]},"metadata":{"managedFields":[{"fieldsV1":${inside}},{"fieldsV1":${inside}}]}}`],
    ['says it of something else', `{"data":{"fieldsV1":${inside}},"metadata":{"managedFields":[{"fieldsV1":${inside}}]}}`],
    ['says it in a text', JSON.stringify({ metadata: { annotations: { last: `{"fieldsV1":${inside}}` } } })],
    ['has a longer name', `{"metadata":{"managedFields":[{"a\\"fieldsV1":${inside}}]}}`],
    ['has what stands for a set', pod(entry('\u00000'), entry(names('known')))],
    ['has what stands for a second set', pod(entry(names('known')), entry('\u00001'))],
    ['has what stands for a set that is elsewhere', `{"data":{"fieldsV1":${inside}},"metadata":{"managedFields":[{"fieldsV1":"\\u00000"}]}}`],
    ['has the same set twice', pod(entry(names('known')), entry(names('known')))],
    ['is laid out for people', JSON.stringify(JSON.parse(known), undefined, 2)],
    ['has spaces in the set', known.replaceAll(':{}', ': {}')],
    ['has a field twice', known.replace('"f:known0":{}', '"f:known0":{},"f:known0":{}')],
    ['has a number where none belongs', known.replace('"f:known0":{}', '"f:known0":9007199254740993')],
    ['goes on behind a known set', known.replace(inside, inside.replace(/\}$/, ',"f:more":{}}'))],
    ['is nested deeply', pod(entry(Array.from({ length: 300 }).reduce<object>((inner) => ({ 'f:a': inner }), {})))],
  ])('is what it was where one %s', (_what, text) => {
    expect(parseObject(text)).toEqual(parseJson(text));
    expect(parseObject(text)).toEqual(parseJson(text));
  });

  it.each(['{"metadata":{"managedFields":[{"fieldsV1":{', `${known}}`, known.slice(0, -3), `{"a,"fieldsV1":${inside}}`])('is refused as ever: %s', (text) => {
    const messageOf = (parse: (text: string) => unknown): string => {
      try {
        parse(text);
        return 'none';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(messageOf(parseObject)).toBe(messageOf(parseJson));
  });

  it('is the same for whatever sets there are', () => {
    const { set } = fc.letrec<{ set: FieldSet }>((tie) => ({ set: fc.dictionary(fc.string(), fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('set')), { maxKeys: 6 }) }));
    fc.assert(
      fc.property(fc.array(set, { maxLength: 4 }), (sets) => {
        const text = pod(...sets.map((one) => entry(one)));
        expect(JSON.stringify(parseObject(text))).toBe(JSON.stringify(parseJson(text)));
      }),
    );
  });
});

describe('an entry of managed fields', () => {
  it.each([
    ['of a shared set', entry(names('known'))],
    ['of a shared set of a subresource', entry(names('known'), { subresource: 'status' })],
    ['of another set', entry({ 'f:other': {} }, { subresource: 'scale', time: 't' })],
    ['without a set', { manager: 'm' }],
    ['of nothing but a shared set', { fieldsV1: names('known') }],
  ])('is the JSON that it would be anyway: %s', (_what, one) => {
    const [parsed] = (parseObject(pod(one)) as { metadata: { managedFields: object[] } }).metadata.managedFields;
    expect(managedFieldsJson(parsed!)).toBe(JSON.stringify(one));
  });
});
