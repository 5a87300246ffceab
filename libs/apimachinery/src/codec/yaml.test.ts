import { describe, expect, it } from 'vitest';
import { parseYaml, parseYamlBody, YamlSyntaxError } from './yaml.js';

describe('parseYaml', () => {
  it.each([
    ['octal as Go reads it', 'defaultMode: 0644', { defaultMode: 420 }],
    ['integers as Go writes them', 'a: 0o644\nb: 0b11\nc: 0x1F\nd: -0o10\ne: 0o8', { a: 420, b: 3, c: 31, d: -8, e: '0o8' }],
    ['words for booleans', 'a: yes\nb: off\nc: "yes"', { a: true, b: false, c: 'yes' }],
    ['what looks like a sexagesimal number', 'port: 22:22', { port: '22:22' }],
    ['what looks like a date', 'day: 2026-01-02\nat: 2026-01-02T03:04:05Z', { day: '2026-01-02', at: '2026-01-02T03:04:05Z' }],
    ['keys that are no strings', '1: a\ntrue: b', { 1: 'a', true: 'b' }],
    ['what only looks like a number', 'a: e3\nb: E5\nc: 1e3\nd: .5e1', { a: 'e3', b: 'E5', c: 1000, d: 5 }],
    ['a literal block', 'a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['merge keys', 'a: &a {x: 1, z: 1}\nb:\n  <<: *a\n  z: 2', { a: { x: 1, z: 1 }, b: { x: 1, z: 2 } }],
    ['JSON', '{"a": [1, null]}', { a: [1, null] }],
    ['only the first of several documents', 'a: 1\n---\nb: 2\n', { a: 1 }],
    ['nothing', '', null],
  ])('reads %s', (_what, text, value) => {
    expect(parseYaml(text).value).toEqual(value);
  });

  it('keeps integers past 2^53', () => {
    expect(JSON.stringify(parseYaml('a: 9007199254740993').value)).toBe('{"a":9007199254740993}');
  });

  it('copies what aliases repeat', () => {
    const { a, b } = parseYaml('a: &x {n: 1}\nb: *x').value as { a: object; b: object };
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('lists duplicate keys with their lines', () => {
    const body = parseYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 2\n');
    expect(body.value).toEqual({ a: 2, b: { c: 2 } });
    expect(body.duplicates).toBe('yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map');
  });

  it.each([
    ['a broken flow', 'a: [1'],
    ['a tab as indentation', 'a:\n\t- b'],
    ['a number that JSON has not', 'a: .nan'],
    ['an alias of nothing', 'a: *nothing'],
    ['exponential aliases', ['a0: &a0 [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(',')}]`)].join('\n')],
    ['deep nesting', '['.repeat(2000) + ']'.repeat(2000)],
  ])('refuses %s', (_what, text) => {
    expect(() => parseYaml(text)).toThrow(YamlSyntaxError);
  });
});

describe('parseYamlBody', () => {
  const long = Array.from({ length: 20_000 }, (_, at) => `key${at}: value`).join('\n');

  it('reads a long body with many keys, elsewhere', async () => {
    const { value, duplicates } = await parseYamlBody(`${long}\nkey7: again\n`);
    expect(Object.keys(value as object)).toHaveLength(20_000);
    expect(duplicates).toContain('line 20001: key "key7" already set in map');
  });

  it('refuses a long broken body', async () => {
    await expect(parseYamlBody(`${long}\na: [`)).rejects.toThrow(YamlSyntaxError);
  });

  it('gives up at the deadline', async () => {
    await expect(parseYamlBody(long, 0)).rejects.toThrow('took too long');
  });
});
