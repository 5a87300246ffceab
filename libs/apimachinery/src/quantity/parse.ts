import { Quantity } from './quantity.js';
import type { QuantityFormat } from './quantity.js';

const form = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const exponentForm = /^[eE]([+-]?[0-9]+)$/;

/** A cap on what a text of a few bytes may make the server compute. */
const largestExponent = 1000;

const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** The most that a binary quantity can say: 2⁶³-1. */
const largestBinary = 9_223_372_036_854_775_807n * 1_000_000_000n;

/** A quantity that cannot be read; the message is upstream's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

/**
 * The quantity of a text: `100m`, `1.5Gi`, `2e3`.
 * @throws QuantityError
 */
export function parseQuantity(text: string): Quantity {
  const found = text === '' ? null : form.exec(text);
  if (found === null) throw new QuantityError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  const [, sign = '', whole = '', fraction = '', suffixText = ''] = found;
  const suffix = parseSuffix(suffixText);
  if (suffix === undefined) throw new QuantityError("unable to parse quantity's suffix");
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return new Quantity(0n, suffix.format);
  const magnitude = scaleToNanos(BigInt(digits), fraction.length, suffix);
  const nanos = sign === '-' ? -magnitude : magnitude;
  return new Quantity(nanos, formatOf(magnitude, suffix), /[1-9]/.test(whole) && isCanonical(digits, fraction.length, suffix) ? text : undefined);
}

function parseSuffix(text: string): Suffix | undefined {
  const decimal = Object.hasOwn(decimalExponents, text) ? decimalExponents[text] : undefined;
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = Object.hasOwn(binaryExponents, text) ? binaryExponents[text] : undefined;
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  const exponent = Number(exponentForm.exec(text)?.[1] ?? NaN);
  return Math.abs(exponent) <= largestExponent ? { base: 10, exponent, format: 'DecimalExponent' } : undefined;
}

/** Rounds up to a whole nano: who asks for some of a resource gets some. */
function scaleToNanos(digits: bigint, decimals: number, { base, exponent }: Suffix): bigint {
  const scaled = base === 2 ? digits << BigInt(exponent) : digits;
  const scale = 9 - decimals + (base === 10 ? exponent : 0);
  if (scale >= 0) return capped(scaled * 10n ** BigInt(scale), base);
  const divisor = 10n ** BigInt(-scale);
  return capped((scaled + divisor - 1n) / divisor, base);
}

function capped(nanos: bigint, base: 2 | 10): bigint {
  return base === 2 && nanos > largestBinary ? largestBinary : nanos;
}

/** A binary quantity below 1 is a decimal one. */
function formatOf(magnitude: bigint, { format }: Suffix): QuantityFormat {
  return format === 'BinarySI' && magnitude < 1_000_000_000n ? 'DecimalSI' : format;
}

/** Upstream keeps the text of what is canonical as it stands, and so the sign or the exponent's spelling that it has. */
function isCanonical(digits: string, decimals: number, { base, exponent }: Suffix): boolean {
  if (digits.length > 15) return false;
  if (base === 2) return decimals === 0 && digits.length + exponent * 0.3 + 1 <= 15 && (BigInt(digits) & 7n) !== 0n;
  const scale = exponent - decimals;
  return scale >= -9 && scale % 3 === 0 && !digits.endsWith('000');
}

const known = new Map<string, Quantity>();
const knownLimit = 4096;

/** `parseQuantity` for the hot paths: the same few texts come again and again. @throws QuantityError */
export function quantityOf(text: string): Quantity {
  const found = known.get(text);
  if (found !== undefined) return found;
  const quantity = parseQuantity(text);
  if (known.size >= knownLimit) known.clear();
  if (text.length <= 32) known.set(text, quantity);
  return quantity;
}

/** The canonical form of a text. @throws QuantityError */
export function canonicalQuantity(text: string): string {
  return quantityOf(text).toString();
}
