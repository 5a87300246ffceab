import { isIP, isIPv4 } from 'node:net';
import { invalid } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const malformed = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const malformedRange = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export type IPFamily = 'IPv4' | 'IPv6';

/** The family of a well-formed address, undefined for what is none. Addresses with a zone are none. */
export function familyOf(address: string): IPFamily | undefined {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return undefined;
  return version === 4 ? 'IPv4' : 'IPv6';
}

/** An address of either family. */
export function validateIP(address: string, at: FieldPath, errors: FieldError[]): boolean {
  if (familyOf(address) !== undefined) return true;
  errors.push(invalid(at, address, malformed));
  return false;
}

/** An address range of either family. */
export function validateCidr(range: string, at: FieldPath, errors: FieldError[]): void {
  if (!isCidr(range)) errors.push(invalid(at, range, malformedRange));
}

function isCidr(range: string): boolean {
  const [address = '', bits = '', ...rest] = range.split('/');
  const family = familyOf(address);
  return family !== undefined && rest.length === 0 && /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 'IPv4' ? 32 : 128);
}

/** Addresses that mean something on every machine belong to no endpoint. */
export function validateNonSpecialIP(address: string, at: FieldPath, errors: FieldError[]): void {
  const problem = isIPv4(address) ? specialIPv4(address) : familyOf(address) === 'IPv6' ? specialIPv6(address) : undefined;
  if (problem !== undefined) errors.push(invalid(at, address, problem));
}

const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
const linkLocal = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
const linkLocalMulticast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';

function specialIPv4(address: string): string | undefined {
  if (address === '0.0.0.0') return `may not be unspecified (${address})`;
  if (address.startsWith('127.')) return loopback;
  if (address.startsWith('169.254.')) return linkLocal;
  return address.startsWith('224.0.0.') ? linkLocalMulticast : undefined;
}

function specialIPv6(address: string): string | undefined {
  const canonical = canonicalIP(address);
  if (canonical === '::') return `may not be unspecified (${address})`;
  if (canonical === '::1') return loopback;
  if (/^fe[89ab]/.test(canonical)) return linkLocal;
  return canonical.startsWith('ff02:') ? linkLocalMulticast : undefined;
}

/** The one way to write a well-formed address (RFC 5952). */
export function canonicalIP(address: string): string {
  return isIPv4(address) ? address : new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
