import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelKinds, schemaOf } from '../../schema/schema-model.js';
import { parseGroupVersionKind } from '../../schema/schema.js';
import type { Schema } from '../../schema/schema.js';
import { arbitraryOf } from './arbitrary.suite.js';
import { decodeMessage, decodeProtobuf, encodeMessage, encodeProtobuf, hasProtobuf, protobufListFrame } from './envelope.js';
import { ProtobufError } from './wire-reader.js';

const kinds = modelKinds().filter(({ apiVersion, kind }) => hasProtobuf(parseGroupVersionKind(apiVersion, kind)));

describe('the protobuf form', () => {
  it('covers every kind of the model but tables', () => {
    const without = modelKinds().filter(({ apiVersion, kind }) => !hasProtobuf(parseGroupVersionKind(apiVersion, kind)));
    expect(new Set(without.map(({ kind }) => kind))).toEqual(new Set(['Table']));
  });

  it.each(kinds)('gives $apiVersion $kind back as it was', ({ apiVersion, kind }) => {
    const schema = schemaOf(parseGroupVersionKind(apiVersion, kind)) as Schema;
    fc.assert(fc.property(arbitraryOf(schema), (fields) => {
      const object = { ...(fields as Record<string, unknown>), apiVersion, kind };
      expect(decodeProtobuf(encodeProtobuf(object))).toEqual(object);
    }), { numRuns: 15 });
  });

  it.each(kinds.filter(({ apiVersion, kind }) => kind !== 'List' && kind.endsWith('List') && schemaOf(parseGroupVersionKind(apiVersion, kind))?.properties?.['items'] !== undefined))('writes $apiVersion $kind from items that were encoded one by one', ({ apiVersion, kind }) => {
    const schema = schemaOf(parseGroupVersionKind(apiVersion, kind)) as Schema;
    const item = schema.properties?.['items']?.items?.$ref as string;
    fc.assert(fc.property(arbitraryOf(schema), (fields) => {
      const list = { ...(fields as { items?: Record<string, unknown>[] }), apiVersion, kind };
      const items = (list.items ?? []).map((one) => encodeMessage(item, one));
      const { head, prefix, tail } = protobufListFrame(list, items.map(({ length }) => length));
      const body = Buffer.concat([head, ...items.flatMap((one) => [prefix(one.length), one]), tail]);
      expect(decodeProtobuf(body)).toEqual(decodeProtobuf(encodeProtobuf(list)));
      expect(body).toHaveLength(encodeProtobuf(list).length);
    }), { numRuns: 5 });
  });

  it('keeps zero values where they are values, and drops those that Go writes for absent fields', () => {
    const spec = { containers: [{ name: '', image: '', stdin: false, resources: {} }], restartPolicy: '', automountServiceAccountToken: false, priority: 0, volumes: [{ name: 'v', emptyDir: {} }] };
    expect(decodeMessage('io.k8s.api.core.v1.PodSpec', encodeMessage('io.k8s.api.core.v1.PodSpec', spec))).toEqual({
      containers: [{ name: '', resources: {} }], automountServiceAccountToken: false, priority: 0, volumes: [{ name: 'v', emptyDir: {} }],
    });
  });

  it('keeps a __proto__ label', () => {
    const object = JSON.parse('{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"x"}}') as Record<string, unknown>;
    expect(JSON.stringify(decodeProtobuf(encodeProtobuf(object)))).toBe(JSON.stringify(object));
  });

  it('reads integers of 64 bits exactly', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { generation: -9223372036854775808n }, spec: { containers: [], activeDeadlineSeconds: 9007199254740993n } };
    expect(decodeProtobuf(encodeProtobuf(object))).toMatchObject({ metadata: { generation: -9223372036854775808n }, spec: { activeDeadlineSeconds: 9007199254740993n } });
  });

  it.each([Infinity, -Infinity, NaN, 0.5, -1.5, '1e400', 'x'])('has no form for an integer that is %s', (priority) => {
    expect(() => encodeMessage('io.k8s.api.core.v1.PodSpec', { containers: [], priority })).toThrow(ProtobufError);
  });

  it('cuts integers of more than 64 bits as Go does', () => {
    expect(decodeMessage('io.k8s.api.core.v1.PodSpec', encodeMessage('io.k8s.api.core.v1.PodSpec', { containers: [], activeDeadlineSeconds: 2 ** 64 })).activeDeadlineSeconds).toBe(0);
  });

  it.each([
    ['JSON', Buffer.from('{"kind":"Pod"}')],
    ['nothing', Buffer.alloc(0)],
    ['an unknown kind', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0a, 0x03, 0x12, 0x01, 0x58])])],
    ['a length past the end', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0a, 0x7f])])],
    ['an endless integer', Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(20, 0xff)])],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeProtobuf(bytes)).toThrow(ProtobufError);
  });

  it('never fails but with a ProtobufError or a JSON error on damaged bytes', () => {
    const whole = encodeProtobuf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' }, creationTimestamp: '2026-01-02T03:04:05Z' }, spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] } });
    const bytes = Buffer.from(whole);
    fc.assert(fc.property(fc.nat(bytes.length - 5), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(bytes);
      damaged[at + 4] = value;
      try {
        decodeProtobuf(damaged);
      } catch (error) {
        expect(['ProtobufError', 'JsonSyntaxError']).toContain((error as Error).name);
      }
    }));
  });
});
