import { isIPv4 } from 'node:net';
import { goQuote } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { canonicalCidr, canonicalIP, familyOf } from './addresses.js';

/** What is said of a valid address that is not written as addresses are. */
export function addressWarnings(address: string, at: FieldPath, warnings: string[]): void {
  if (isIPv4(address) || familyOf(address) === undefined) return;
  const canonical = canonicalIP(address);
  if (canonical !== address) warnings.push(`${at.toString()}: IPv6 address ${goQuote(address)} should be in RFC 5952 canonical format (${goQuote(canonical)})`);
}

/** The same of an address range. */
export function rangeWarnings(range: string, at: FieldPath, warnings: string[]): void {
  if (familyOf(range.split('/', 1)[0]!) !== 'IPv6') return;
  const canonical = canonicalCidr(range);
  if (canonical !== range) warnings.push(`${at.toString()}: IPv6 CIDR value ${goQuote(range)} should be in RFC 5952 canonical format (${goQuote(canonical)})`);
}
