import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { canonicalQuantity, parseQuantity, Quantity, QuantityError } from '../index.js';

const canonical: [text: string, canonical: string][] = [
  ['0', '0'],
  ['0m', '0'],
  ['0Ki', '0'],
  ['100m', '100m'],
  ['0.1', '100m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1.5', '1500m'],
  ['128Mi', '128Mi'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1023Ki', '1023Ki'],
  ['1024', '1024'],
  ['1000', '1k'],
  ['1000k', '1M'],
  ['12e6', '12e6'],
  ['1E3', '1E3'],
  ['1000e3', '1e6'],
  ['0.001n', '1n'],
  ['-1.5', '-1500m'],
  ['1e-3', '1e-3'],
  ['.5', '500m'],
  ['5.', '5.'],
  ['+5', '+5'],
  ['0.20E2', '20'],
  ['9Ei', '9223372036854775807'],
  ['3.1Ki', '3174400m'],
];

test.each(canonical)('%s is written %s', (text, expected) => {
  expect(canonicalQuantity(text)).toBe(expected);
});

test.each(['', 'abc', '1 ', '1Kib', '1.2.3', '--1', '1e', '1KM', '1e999999999', '٣'])('%j is no quantity', (text) => {
  expect(() => parseQuantity(text)).toThrow(QuantityError);
});

describe('numbers', () => {
  it('are rounded away from zero', () => {
    expect(parseQuantity('100m').toMilli()).toBe(100);
    expect(parseQuantity('1u').toMilli()).toBe(1);
    expect(parseQuantity('100m').toNumber()).toBe(1);
    expect(parseQuantity('128Mi').toNumber()).toBe(128 * 1024 * 1024);
    expect(parseQuantity('-100m').toNumber()).toBe(-1);
  });

  it('keep the format of the left side, unless that is zero', () => {
    expect(String(parseQuantity('1Gi').add(parseQuantity('1024')))).toBe('1048577Ki');
    expect(String(parseQuantity('0').add(parseQuantity('1Gi')))).toBe('1Gi');
    expect(String(parseQuantity('2').subtract(parseQuantity('500m')))).toBe('1500m');
  });
});

describe('any quantity', () => {
  const nanos = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n });
  const format = fc.constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const);

  it('keeps its value through its text, and its text through its value', () => {
    fc.assert(
      fc.property(nanos, format, (value, how) => {
        const text = String(new Quantity(value, how));
        const parsed = parseQuantity(text);
        expect(parsed.nanos).toBe(value);
        expect(String(parsed)).toBe(text);
      }),
    );
  });

  it('compares as its value does, and takes back what was added', () => {
    fc.assert(
      fc.property(nanos, nanos, format, (a, b, how) => {
        const [left, right] = [new Quantity(a, how), new Quantity(b, how)];
        expect(left.compare(right)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(left.add(right).subtract(right).nanos).toBe(a);
      }),
    );
  });

  it('is read exactly, or rounded up by less than a nano', () => {
    const suffixes = fc.constantFrom<[string, number]>(['n', 1], ['m', 1e6], ['', 1e9], ['k', 1e12], ['Ki', 1024e9]);
    fc.assert(
      fc.property(fc.nat(999_999), suffixes, (number, [suffix, unit]) => {
        expect(parseQuantity(`${String(number)}${suffix}`).nanos).toBe(BigInt(number) * BigInt(unit));
      }),
    );
  });
});
