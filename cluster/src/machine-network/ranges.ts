/** A range of nodes' addresses: the first is the machine's, `node-1` has the second, and so on. */
export interface NodeRange {
  /** `172.31.240.0/24` */
  readonly cidr: string;
  /** The machine's own address in it. */
  readonly gateway: string;
  addressOf(position: number): string;
}

const LENGTH = 24;
/** Private addresses; then, since an engine may have all of those for one network, some of those that are kept for tests of networks (RFC 2544). */
const CANDIDATES = [...sixteen('172.31', 240), ...sixteen('198.19', 0)];

function sixteen(start: string, first: number): string[] {
  return Array.from({ length: 16 }, (_, index) => `${start}.${first + index}.0/${LENGTH}`);
}

/** The first range that overlaps none of those that are in use (`10.0.0.0/8`, or an address alone); undefined: none is free. */
export function freeRange(inUse: readonly string[]): NodeRange | undefined {
  const cidr = CANDIDATES.find((candidate) => !inUse.some((other) => overlap(candidate, other)));
  return cidr === undefined ? undefined : nodeRange(cidr);
}

export function nodeRange(cidr: string): NodeRange {
  const base = numberOf(cidr.split('/')[0] ?? '');
  const addressOf = (position: number): string => dotted(base + 1 + position);
  return { cidr, gateway: addressOf(0), addressOf };
}

/** The range that an address of it was taken from. */
export function rangeOfGateway(address: string): NodeRange {
  return nodeRange(`${dotted(numberOf(address) - 1)}/${LENGTH}`);
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [bounds(one), bounds(other)];
  return a.first <= b.last && b.first <= a.last;
}

function bounds(cidr: string): { first: number; last: number } {
  const [address = '', length = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(numberOf(address) / size) * size;
  return { first, last: first + size - 1 };
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
