import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBody, isDecodeError } from './body.js';
import { parseJson } from './json.js';
import type { MediaFormat } from './negotiation.js';
import { decodeProtobuf } from './protobuf/envelope.js';
import { encodeYaml } from './yaml-writer.js';
import { parseYaml } from './yaml.js';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { a: 'yes', b: '0644', c: 'x: y\n', d: '' }, generation: 9007199254740993n }, spec: { containers: [{ name: 'c', image: 'busybox:1.36' }] } };

const formats = ['json', 'yaml', 'protobuf'] as const;

function decode(bytes: Uint8Array, format: MediaFormat): unknown {
  if (format === 'protobuf') return decodeProtobuf(bytes);
  const text = Buffer.from(bytes).toString();
  return format === 'json' ? parseJson(text) : parseYaml(text).value;
}

describe('bodies', () => {
  it.each(formats)('come back from %s as they were', (format) => {
    expect(decode(encodeBody(pod, format), format)).toEqual(pod);
  });

  it.each([['json', '{'], ['yaml', 'a: ['], ['protobuf', 'k8x']] as const)('that are no %s are decode errors', (format, text) => {
    let thrown: unknown;
    try {
      decode(Buffer.from(text), format);
    } catch (error) {
      thrown = error;
    }
    expect(isDecodeError(thrown)).toBe(true);
  });

  it('are YAML in which a key that looks like a merge is quoted', () => {
    const value = { '<<': [], a: { '<<': { b: 1 } } };
    expect(parseYaml(encodeYaml(value)).value).toEqual(value);
  });

  it('are YAML that reads back as the same value', () => {
    const lines = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\n', '\t', '-', '#', ':', '|', '\u00e4', '\u2028', '\u0085', '"', '1', '\\', '{') });
    const words = fc.constantFrom('yes', 'No', 'on', 'null', '~', '=', '0644', '1e3', '22:22', '2026-01-02', 'a: b', 'a #b', '- a', '.inf', '<<', 'y', '0x1f', 'web:80', 'NaN', '+1');
    fc.assert(fc.property(fc.dictionary(fc.oneof(fc.string(), lines, words), fc.oneof(fc.string(), lines, words, fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))), (value) => {
      expect(JSON.stringify(parseYaml(encodeYaml(value)).value)).toBe(JSON.stringify(value));
    }));
  });
});
