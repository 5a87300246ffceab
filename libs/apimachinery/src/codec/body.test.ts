import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeBody, isDecodeError } from './body.js';
import { encodeYaml } from './yaml-document.js';
import { parseYaml } from './yaml.js';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { a: 'yes', b: '0644', c: 'x: y\n', d: '' }, generation: 9007199254740993n }, spec: { containers: [{ name: 'c', image: 'busybox:1.36' }] } };

describe('bodies', () => {
  it.each(['json', 'yaml', 'protobuf'] as const)('come back from %s as they were', async (format) => {
    expect((await decodeBody(encodeBody(pod, format), format)).value).toEqual(pod);
  });

  it('report duplicate keys when asked', async () => {
    const json = Buffer.from('{"a":1,"a":2}');
    expect((await decodeBody(json, 'json')).duplicates).toEqual([]);
    expect((await decodeBody(json, 'json', { findDuplicates: true })).duplicates).toEqual(['duplicate field "a"']);
    expect((await decodeBody(Buffer.from('a: 1\na: 2'), 'yaml', { findDuplicates: true })).duplicates).toEqual(['yaml: unmarshal errors:\n  line 2: key "a" already set in map']);
  });

  it.each([['json', '{'], ['yaml', 'a: ['], ['protobuf', 'k8x']] as const)('that are no %s are decode errors', async (format, text) => {
    const error: unknown = await decodeBody(Buffer.from(text), format).catch((thrown: unknown) => thrown);
    expect(isDecodeError(error)).toBe(true);
  });

  it('are YAML in which a key that looks like a merge is quoted', () => {
    const value = { '<<': [], a: { '<<': { b: 1 } } };
    expect(parseYaml(encodeYaml(value)).value).toEqual(value);
  });

  it('are YAML that reads back as the same value', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))), (value) => {
      expect(JSON.stringify(parseYaml(encodeYaml(value)).value)).toBe(JSON.stringify(value));
    }));
  });
});
