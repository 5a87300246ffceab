import { spliceResourceVersion } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { encodeObject } from './encode.js';
import type { ServedResource } from './served-resource.js';

const plain = { kind: {}, cache: { form: { schemaHash: 'h1' } } } as unknown as ServedResource;

describe('the stored form of an object', () => {
  it('begins with kind, apiVersion and metadata, and has no resourceVersion', () => {
    const { value, schemaHash } = encodeObject(plain, { spec: { a: 1 }, metadata: { resourceVersion: '7', name: 'x' }, apiVersion: 'v1', kind: 'K' } as never);
    expect(Buffer.from(value).toString()).toBe('{"kind":"K","apiVersion":"v1","metadata":{"name":"x"},"spec":{"a":1}}');
    expect(schemaHash).toBe('h1');
  });

  it('takes a resourceVersion at its offset', () => {
    const encoded = encodeObject(plain, { kind: 'K', apiVersion: 'v1', metadata: { name: 'ä' }, data: {} } as never);
    const text = spliceResourceVersion({ ...encoded, revision: 12 }).toString();
    expect(JSON.parse(text)).toEqual({ kind: 'K', apiVersion: 'v1', metadata: { resourceVersion: '12', name: 'ä' }, data: {} });
  });

  it('is whole for an object of metadata alone', () => {
    const { value } = encodeObject(plain, { kind: 'K', apiVersion: 'v1', metadata: { name: 'x' } });
    expect(JSON.parse(Buffer.from(value).toString())).toEqual({ kind: 'K', apiVersion: 'v1', metadata: { name: 'x' } });
  });
});
