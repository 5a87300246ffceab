import { path } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import { validateCanonicalCidr, validateCanonicalIP, validateCidr, validateIP } from './addresses.js';

const told = (check: (value: string, at: FieldPath, errors: FieldError[]) => unknown, value: string): string[] => {
  const errors: FieldError[] = [];
  check(value, path('at'), errors);
  return errors.map(({ message }) => message.replace(/^Invalid value: ".*?": /, ''));
};
const noIP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const noRange = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const mapped = 'must not be an IPv4-mapped IPv6 address';
const bits = 'must not have bits set beyond the prefix length';

describe('an address', () => {
  it.each([
    ['10.0.0.1', [], []], ['fe80::1', [], []], ['FE80:0::1', [], ['must be in canonical form ("fe80::1")']], ['010.0.0.1', ['must not have leading 0s'], ['must not have leading 0s']],
    ['::ffff:1.2.3.4', [mapped], [mapped]], ['10.0.0.256', [noIP], [noIP]], ['fe80::1%eth0', [noIP], [noIP]], ['', [noIP], [noIP]],
  ])('%j', (value, expected, strictly) => {
    expect(told(validateIP, value)).toEqual(expected);
    expect(told(validateCanonicalIP, value)).toEqual(strictly);
  });
});

describe('an address range', () => {
  it.each([
    ['10.0.0.0/8', [], []], ['10.128.0.0/9', [], []], ['10.64.0.0/9', [bits], [bits]], ['10.0.0.1/32', [], []], ['0.0.0.0/0', [], []], ['1::/64', [], []], ['1:0::/64', [], ['must be in canonical form ("1::/64")']],
    ['1:2:3:4:8000::/65', [], []], ['1::5/64', [bits], [bits]], ['::ffff:1.2.3.0/120', [mapped], [mapped]], ['10.0.0.0/33', [noRange], [noRange]], ['10.0.0.0', [noRange], [noRange]],
  ])('%j', (value, expected, strictly) => {
    expect(told(validateCidr, value)).toEqual(expected);
    expect(told(validateCanonicalCidr, value)).toEqual(strictly);
  });
});
