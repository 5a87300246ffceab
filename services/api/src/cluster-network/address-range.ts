/** An IPv4 range, of which the first and the last address are nobody's. */
export interface AddressRange {
  /** As it was written, with the first address in canonical form. */
  readonly cidr: string;
  /** How many addresses can be given. */
  readonly size: number;
  /** The address at an offset from 0 to below `size`. */
  readonly at: (offset: number) => string;
  readonly has: (address: string) => boolean;
}

/** Throws a RangeError for what is no IPv4 range with room for a Service. */
export function addressRange(cidr: string): AddressRange {
  const [base = '', length = ''] = cidr.split('/');
  const bits = Number(length);
  if (!/^\d+(\.\d+){3}$/.test(base) || !/^\d+$/.test(length) || bits < 8 || bits > 30) throw new RangeError(`not an IPv4 range of 4 to 16777216 addresses: ${cidr}`);
  const count = 2 ** (32 - bits);
  const first = Math.floor(numberOf(base) / count) * count;
  return {
    cidr: `${textOf(first)}/${length}`,
    size: count - 2,
    at: (offset) => textOf(first + 1 + offset),
    has: (address) => {
      const offset = numberOf(address) - first - 1;
      return offset >= 0 && offset < count - 2;
    },
  };
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
