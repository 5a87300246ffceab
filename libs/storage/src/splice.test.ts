import { describe, expect, it } from 'vitest';
import { splicedCapacity, spliceResourceVersion, writeSpliced } from './splice.js';

const source = (json: string, revision: number) => ({ value: Buffer.from(json), spliceOffset: json.indexOf('{', 1) + 1, revision });

describe('splicing the resourceVersion into stored bytes', () => {
  it.each([
    ['{"kind":"Pod","metadata":{"name":"ä"},"spec":{}}', 7, '{"kind":"Pod","metadata":{"resourceVersion":"7","name":"ä"},"spec":{}}'],
    ['{"metadata":{}}', Number.MAX_SAFE_INTEGER, '{"metadata":{"resourceVersion":"9007199254740991"}}'],
  ])('%s at %d', (json, revision, expected) => {
    expect(spliceResourceVersion(source(json, revision)).toString()).toBe(expected);
  });

  it('writes several one behind the other', () => {
    const values = [source('{"metadata":{"name":"a"}}', 1), source('{"metadata":{"name":"b"}}', 22)];
    const target = Buffer.alloc(values.reduce((sum, value) => sum + splicedCapacity(value), 0));
    const end = values.reduce((offset, value) => writeSpliced(value, target, offset), 0);
    expect(target.toString('utf8', 0, end)).toBe('{"metadata":{"resourceVersion":"1","name":"a"}}{"metadata":{"resourceVersion":"22","name":"b"}}');
  });
});
