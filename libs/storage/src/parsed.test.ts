import { describe, expect, it } from 'vitest';
import { parsedValue } from './parsed.js';

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

describe('the object of a value', () => {
  const value = Buffer.from('{"metadata":{"name":"ä"}}');

  it('has its resourceVersion and is the same for all who ask with the same bytes', () => {
    const object = parsedValue<Named>({ value, revision: 7 });
    expect(object).toEqual({ metadata: { name: 'ä', resourceVersion: '7' } });
    expect(parsedValue<Named>({ value, revision: 7 })).toBe(object);
    expect(parsedValue<Named>({ value: Buffer.from(value), revision: 7 })).not.toBe(object);
  });

  it('is another one under another revision, and leaves the first as it was', () => {
    const object = parsedValue<Named>({ value, revision: 7 });
    expect(parsedValue<Named>({ value, revision: 9 }).metadata.resourceVersion).toBe('9');
    expect(parsedValue<Named>({ value, revision: 7 })).toBe(object);
    expect(object.metadata.resourceVersion).toBe('7');
  });
});
