import { describe, expect, it } from 'vitest';
import { warningHeader } from './warning-header.js';

describe('the Warning header', () => {
  it.each([
    ['a text', ['unknown field "spec.x"'], '299 - "unknown field \\\\"spec.x\\\\""'],
    ['two', ['a', 'b'], '299 - "a", 299 - "b"'],
    ['a line end and a control character', ['a\r\nb\u0007c'], '299 - "a b c"'],
    ['what is not Latin, as the bytes of its UTF-8', ['\u4e2d'], '299 - "\u00e4\u00b8\u00ad"'],
    ['a lone surrogate', ['\ud800'], '299 - "\u00ef\u00bf\u00bd"'],
  ])('of %s', (_what, texts, header) => {
    expect(warningHeader(texts)).toBe(header.replaceAll('\\\\', '\\'));
  });

  it('of very many or very long texts stays short enough for a client', () => {
    expect(warningHeader(Array.from({ length: 5_000 }, (_, i) => `unknown field "f${String(i)}"`)).length).toBeLessThan(5_500);
    expect(warningHeader(['x'.repeat(100_000)])).toBe(`299 - "${'x'.repeat(256)}..."`);
  });
});
