/**
 * Whether two JSON texts of one length may be one object with its fields in another order. That moves bytes and changes none, so that where their
 * sums differ it is certain that they are not: nearly always, and without parsing either.
 */
export function mayBeRearranged(left: Uint8Array, right: Uint8Array): boolean {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < left.length; at++) {
    const a = left[at]!;
    const b = right[at]!;
    if (a === b) continue;
    sum += a - b;
    squares += a * a - b * b;
  }
  return sum === 0 && squares === 0;
}
