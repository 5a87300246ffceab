import { isIP, isIPv4 } from 'node:net';
import { goQuote, invalid } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const malformed = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const mapped = 'must not be an IPv4-mapped IPv6 address';
const malformedRange = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export type IPFamily = 'IPv4' | 'IPv6';

/** The family of a well-formed address, undefined for what is none. Addresses with a zone are none. */
export function familyOf(address: string): IPFamily | undefined {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return undefined;
  return version === 4 ? 'IPv4' : 'IPv6';
}

/** An address of either family, written in whatever way says one thing to everybody. */
export function validateIP(address: string, at: FieldPath, errors: FieldError[]): boolean {
  const problem = ipProblem(address);
  if (problem !== undefined) errors.push(invalid(at, address, problem));
  return problem === undefined;
}

/** An address in the one form that there is of it. */
export function validateCanonicalIP(address: string, at: FieldPath, errors: FieldError[]): void {
  if (validateIP(address, at, errors) && canonicalIP(address) !== address) errors.push(invalid(at, address, notCanonical(canonicalIP(address))));
}

function ipProblem(address: string): string | undefined {
  if (familyOf(address) !== undefined) return isMapped(address) ? mapped : undefined;
  return isIPv4(address.replaceAll(/(^|\.)0+(?=\d)/g, '$1')) ? 'must not have leading 0s' : malformed;
}

/** An IPv4 address in IPv6's clothes: some take it for one, some for the other. */
function isMapped(address: string): boolean {
  return !isIPv4(address) && canonicalIP(address).startsWith('::ffff:');
}

/** An address range of either family, without bits behind its prefix. */
export function validateCidr(range: string, at: FieldPath, errors: FieldError[]): boolean {
  const problem = cidrProblem(range);
  if (problem !== undefined) errors.push(invalid(at, range, problem));
  return problem === undefined;
}

/** An address range in the one form that there is of it. */
export function validateCanonicalCidr(range: string, at: FieldPath, errors: FieldError[]): void {
  if (!validateCidr(range, at, errors)) return;
  const canonical = canonicalCidr(range);
  if (canonical !== range) errors.push(invalid(at, range, notCanonical(canonical)));
}

function cidrProblem(range: string): string | undefined {
  if (!isCidr(range)) return malformedRange;
  const [address = '', bits = ''] = range.split('/');
  if (isMapped(address)) return mapped;
  return networkOf(address, Number(bits)) === canonicalIP(address) ? undefined : 'must not have bits set beyond the prefix length';
}

function notCanonical(canonical: string): string {
  return `must be in canonical form (${goQuote(canonical)})`;
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

/** The one way to write a range. */
export function canonicalCidr(range: string): string {
  const [address = '', bits = ''] = range.split('/');
  return `${canonicalIP(address)}/${bits}`;
}

/** The address with nothing behind the first bits. */
function networkOf(address: string, bits: number): string {
  const [words, size] = isIPv4(address) ? [address.split('.').map(Number), 8] : [wordsOf(canonicalIP(address)), 16];
  const kept = words.map((word, index) => {
    const free = size - Math.min(Math.max(bits - index * size, 0), size);
    return (word >> free) << free;
  });
  return isIPv4(address) ? kept.join('.') : canonicalIP(kept.map((word) => word.toString(16)).join(':'));
}

function wordsOf(canonical: string): number[] {
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  const [first = [], last] = canonical.split('::').map(numbers);
  if (last === undefined) return first;
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

/** The one way to write a well-formed address (RFC 5952). */
export function canonicalIP(address: string): string {
  return isIPv4(address) ? address : new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
