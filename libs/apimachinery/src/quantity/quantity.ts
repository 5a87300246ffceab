/** How a quantity was written, and is written again: `12e6`, `12Mi`, `12M`. */
export type QuantityFormat = 'DecimalExponent' | 'BinarySI' | 'DecimalSI';

/** Units of the value: a quantity is never finer than nano. */
const nanosPerUnit = 1_000_000_000n;
const nanosPerMilli = 1_000_000n;

/**
 * An amount of a resource (`500m`, `1.5Gi`): an exact number of nano-units and a way to write it. Immutable.
 * Upstream's `resource.Quantity`, but for decimal exponents above 1000, which are refused here.
 */
export class Quantity {
  constructor(
    /** The value in units of 10⁻⁹. */
    readonly nanos: bigint,
    readonly format: QuantityFormat,
    /** The text it was parsed from, where that is canonical already. */
    private readonly text?: string,
  ) {}

  get isZero(): boolean {
    return this.nanos === 0n;
  }

  /** -1, 0 or 1. */
  compare(other: Quantity): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }

  equals(other: Quantity): boolean {
    return this.nanos === other.nanos;
  }

  /** The sum, written like this one; like the other if this one is zero. */
  add(other: Quantity): Quantity {
    return new Quantity(this.nanos + other.nanos, this.isZero ? other.format : this.format);
  }

  /** The difference, written like this one; like the other if this one is zero. */
  subtract(other: Quantity): Quantity {
    return new Quantity(this.nanos - other.nanos, this.isZero ? other.format : this.format);
  }

  negate(): Quantity {
    return new Quantity(-this.nanos, this.format);
  }

  /** Whole units, rounded away from zero: bytes of memory, counts. */
  toNumber(): number {
    return Number(divideUp(this.nanos, nanosPerUnit));
  }

  /** Thousandths, rounded away from zero: millicores. */
  toMilli(): number {
    return Number(divideUp(this.nanos, nanosPerMilli));
  }

  /** The canonical form, as upstream writes it. */
  toString(): string {
    return this.text ?? write(this.nanos, this.format);
  }

  toJSON(): string {
    return this.toString();
  }
}

function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

const decimalSuffixes: Readonly<Record<number, string>> = { [-9]: 'n', [-6]: 'u', [-3]: 'm', 0: '', 3: 'k', 6: 'M', 9: 'G', 12: 'T', 15: 'P', 18: 'E' };
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function write(nanos: bigint, format: QuantityFormat): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI' && isWholeAndLarge(nanos)) return writeBinary(nanos / nanosPerUnit);
  return writeDecimal(nanos, format === 'DecimalExponent');
}

/** Below 1024, and with a fraction, even a binary quantity is written in decimals. */
function isWholeAndLarge(nanos: bigint): boolean {
  const magnitude = nanos < 0n ? -nanos : nanos;
  return nanos % nanosPerUnit === 0n && magnitude >= 1024n * nanosPerUnit;
}

function writeBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  while (rest % 1024n === 0n && power < binarySuffixes.length - 1) {
    rest /= 1024n;
    power++;
  }
  return `${String(rest)}${binarySuffixes[power] ?? ''}`;
}

function writeDecimal(nanos: bigint, scientific: boolean): string {
  let rest = nanos;
  let exponent = -9;
  while (rest % 1000n === 0n && (scientific || exponent < 18)) {
    rest /= 1000n;
    exponent += 3;
  }
  if (!scientific) return `${String(rest)}${decimalSuffixes[exponent] ?? ''}`;
  return exponent === 0 ? String(rest) : `${String(rest)}e${String(exponent)}`;
}
