import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldProblemMessages, hasDuplicateFields, JsonSyntaxError, MAX_JSON_DEPTH, parseJson } from './json.js';

describe('parseJson', () => {
  it.each([
    ['integers past 2^53', '{"a":9007199254740993,"b":-9223372036854775808,"c":[1]}'],
    ['__proto__ and constructor as keys', '{"__proto__":{"x":1},"constructor":2}'],
    ['__proto__ beside long integers', '{"__proto__":{"x":9007199254740993}}'],
    ['strings that look like long numbers', '{"uid":"1234567890123456789"}'],
  ])('loses nothing of %s', (_what, text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  it('reads integers past 64 bits and long fractions as doubles', () => {
    expect(parseJson('[123456789012345678901234567890,0.12345678901234567]')).toEqual([123456789012345678901234567890, 0.12345678901234567]);
  });

  it.each(['{', '{"a":1,}', '', 'nul', '{"a":1} x'])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  });

  it('refuses what is nested too deeply, brackets in strings not counted', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow('exceeded max depth');
    expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(parseJson(JSON.stringify(`\\"${'['.repeat(5000)}`))).toBe(`\\"${'['.repeat(5000)}`);
  });

  it('writes back any JSON text as it was', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }));
  });
});

describe('fieldProblemMessages', () => {
  const messages = (text: string): string[] => fieldProblemMessages(text, [], hasDuplicateFields(text, parseJson(text)));

  it('names each duplicate once, by its path', () => {
    const text = '{"kind":"Pod","metadata":{"labels":{"a":"1","a":"2","a":"3"}},"spec":{"containers":[{"name":"x"},{"name":"y","na\\u006de":"z"}]},"kind":"Pod"}';
    expect(messages(text)).toEqual([
      'duplicate field "metadata.labels.a"',
      'duplicate field "spec.containers[1].name"',
      'duplicate field "kind"',
    ]);
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(messages(JSON.stringify(value))).toEqual([]);
    }));
  });

  it('takes nested arrays and strings with quotes in its stride', () => {
    expect(messages('{"a":[[1,{"b":"x\\\\\\",","b":1}]],"c":"{\\"c\\":1}"}')).toEqual(['duplicate field "a[0][1].b"']);
  });

  it('finds a duplicate of what hides in a name of its own or in a value that is dropped', () => {
    expect(messages('{"__proto__":{"a":1},"__proto__":{"b":1,"b":2}}')).toEqual(['duplicate field "__proto__"', 'duplicate field "__proto__.b"']);
    expect(messages('{"a":{"b":1,"b":2},"a":null,"c":":"}')).toEqual(['duplicate field "a.b"', 'duplicate field "a"']);
  });
});
