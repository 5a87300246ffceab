import { isIPv4 } from 'node:net';

/** An IPv4 range as numbers: `first` to `last`, both in it. */
export interface Ipv4Range {
  readonly first: number;
  readonly last: number;
}

/** The range of `10.244.0.0/16`, whichever of its addresses is named; undefined for what is no IPv4 range. */
export function parseIpv4Range(cidr: string): Ipv4Range | undefined {
  const [address = '', bits = ''] = cidr.split('/');
  const prefix = Number(bits);
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(addressNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** `10.244.1.0` of its number. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function addressNumber(address: string): number {
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}
