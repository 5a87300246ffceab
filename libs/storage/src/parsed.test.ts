import { describe, expect, it } from 'vitest';
import { expectValue } from './expected.js';
import { parsedValue } from './parsed.js';

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

describe('the object of a value', () => {
  const value = Buffer.from('{"metadata":{"name":"ä"}}');

  it('has its resourceVersion and is the same for all who ask with the same bytes', () => {
    const object = parsedValue<Named>({ key: 'core/pods/a/b', value, revision: 7 });
    expect(object).toEqual({ metadata: { name: 'ä', resourceVersion: '7' } });
    expect(parsedValue<Named>({ key: 'core/pods/a/b', value, revision: 7 })).toBe(object);
    expect(parsedValue<Named>({ key: 'core/pods/a/b', value: Buffer.from(value), revision: 7 })).not.toBe(object);
  });

  it('is another one under another revision, and leaves the first as it was', () => {
    const object = parsedValue<Named>({ key: 'core/pods/a/b', value, revision: 7 });
    expect(parsedValue<Named>({ key: 'core/pods/a/b', value, revision: 9 }).metadata.resourceVersion).toBe('9');
    expect(parsedValue<Named>({ key: 'core/pods/a/b', value, revision: 7 })).toBe(object);
    expect(object.metadata.resourceVersion).toBe('7');
  });
});

describe('an object whose bytes this process wrote itself', () => {
  const key = 'core/pods/default/mine';
  const written = (object: object): Buffer => Buffer.from(JSON.stringify(object));

  it('is the one that was written, once its bytes come back, and only once', () => {
    const object = { metadata: { name: 'mine' }, spec: { list: [1, 'a', null, true, {}] } };
    expectValue(key, written(object), object);
    const value = written(object);
    expect(parsedValue({ key, value, revision: 5 })).toBe(object);
    expect(parsedValue({ key, value, revision: 5 })).toBe(object);
    expect(object.metadata).toEqual({ name: 'mine', resourceVersion: '5' });
    expect(parsedValue({ key, value: written(object), revision: 5 })).not.toBe(object);
  });

  it('is parsed where other bytes came, and still waited for', () => {
    const object = { metadata: { name: 'mine' } };
    const value = written(object);
    expectValue(key, value, object);
    const other = parsedValue({ key, value: written({ metadata: { name: 'them' } }), revision: 6 });
    expect(other).toEqual({ metadata: { name: 'them', resourceVersion: '6' } });
    expect(parsedValue({ key: `${key}-2`, value: Buffer.from(value), revision: 7 })).not.toBe(object);
    expect(parsedValue({ key, value: Buffer.from(value), revision: 7 })).toBe(object);
  });

  it('is the one that was written without the members that have no value', () => {
    const object = { metadata: { name: 'mine', absent: undefined }, spec: { absent: undefined, there: 1 } };
    expectValue(key, written(object), object);
    const parsed = parsedValue({ key, value: written(object), revision: 5 });
    expect(parsed).toBe(object);
    expect(parsed).toStrictEqual({ metadata: { name: 'mine', resourceVersion: '5' }, spec: { there: 1 } });
  });

  it.each([
    ['an element without a value', { list: [undefined] }],
    ['a hole', { list: Object.assign(new Array(2), { 1: 1 }) }],
    ['a negative zero', { number: -0 }],
    ['what is no number', { number: NaN }],
    ['an integer that is read as a bigint', { number: 1e17 }],
    ['a date', { time: new Date(0) }],
    ['a function', { toJSON: () => 'text' }],
    ['another prototype', { inner: Object.create({ inherited: 1 }) as object }],
  ])('is parsed where JSON does not say the same: %s', (_, spec) => {
    const object = { metadata: { name: 'mine' }, spec };
    const value = written(object);
    expectValue(key, value, object);
    const parsed = parsedValue({ key, value: Buffer.from(value), revision: 8 });
    expect(parsed).not.toBe(object);
    expect(parsed).toEqual({ ...(JSON.parse(value.toString()) as object), ...('number' in spec && spec.number === 1e17 && { spec: { number: 10n ** 17n } }), metadata: { name: 'mine', resourceVersion: '8' } });
  });

  it('is waited for among so many bytes, the oldest forgotten first', () => {
    const object = { metadata: { name: 'first' } };
    const value = written(object);
    expectValue(key, value, object);
    for (let index = 0; index < 3; index++) expectValue(`core/pods/default/${String(index)}`, Buffer.alloc(1024 * 1024), { metadata: {} });
    expect(parsedValue({ key, value: Buffer.from(value), revision: 9 })).not.toBe(object);
  });
});
