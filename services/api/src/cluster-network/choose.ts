/**
 * How many offsets at the beginning of a range are left to those who ask for one by name, as long as there are others (KEP-3070, KEP-3668):
 * a share of it, between `least` and `most`; none of a range that is smaller than that.
 */
export function reservedOffsets(count: number, { least, share, most }: { readonly least: number; readonly share: number; readonly most: number }): number {
  if (count <= least) return 0;
  return Math.min(Math.max(least, Math.floor(count / share)), most);
}

/**
 * A free offset below `size`: from a random one on in the upper part, then in the reserved one. undefined: there is none.
 * @param random from 0 to below 1
 */
export function chooseOffset(size: number, reserved: number, isTaken: (offset: number) => boolean, random: () => number): number | undefined {
  return scan(reserved, size, isTaken, random()) ?? scan(0, reserved, isTaken, random());
}

function scan(from: number, to: number, isTaken: (offset: number) => boolean, random: number): number | undefined {
  const length = to - from;
  const start = Math.floor(random * length);
  for (let step = 0; step < length; step++) {
    const offset = from + ((start + step) % length);
    if (!isTaken(offset)) return offset;
  }
  return undefined;
}
