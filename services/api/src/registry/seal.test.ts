import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSeal } from './seal.js';

const value = { value: Buffer.from('{"kind":"Secret","data":{"canary":"Y2FuYXJ5"}}'), spliceOffset: 12, schemaHash: 'h' };

describe('a sealed value', () => {
  const seal = createSeal(randomBytes(32));

  it('opens to the bytes that went in, and shows none of them while sealed', () => {
    const sealed = seal.seal('core/secrets/a/b', value);
    expect(Buffer.from(sealed.value).includes('canary')).toBe(false);
    expect(seal.open('core/secrets/a/b', sealed)).toEqual(value);
  });

  it('does not open under another storage key', () => {
    const sealed = seal.seal('core/secrets/a/b', value);
    expect(() => seal.open('core/secrets/a/c', sealed)).toThrow();
  });

  it('does not open with another encryption key, and says so', () => {
    const sealed = createSeal(randomBytes(32)).seal('core/secrets/a/b', value);
    expect(() => seal.open('core/secrets/a/b', sealed)).toThrow('another key');
  });

  it('does not open when one bit was changed', () => {
    const sealed = seal.seal('core/secrets/a/b', value);
    const changed = Buffer.from(sealed.value);
    changed[changed.length - 1]! ^= 1;
    expect(() => seal.open('core/secrets/a/b', { ...sealed, value: changed })).toThrow();
  });

  it('never takes a plain value for a sealed one', () => {
    expect(() => seal.open('core/secrets/a/b', value)).toThrow('not sealed');
  });
});
