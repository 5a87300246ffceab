import { goQuote } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { quantityOrNone } from '../quantities.js';

const UNIT = 1_000_000_000n;
/** Bytes without a fraction, told without parsing. */
const WHOLE = /^\d+(?:[KMGTPE]i?|k)?$/;

/** Bytes cannot be halved. */
export function fractionWarning(text: string | undefined, at: () => FieldPath, warnings: string[]): void {
  if (text === undefined || WHOLE.test(text)) return;
  const quantity = quantityOrNone(text);
  if (quantity === undefined || quantity.nanos % UNIT === 0n) return;
  warnings.push(`${at().toString()}: fractional byte value ${goQuote(quantity.toString())} is invalid, must be an integer`);
}
