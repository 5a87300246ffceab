/** More than a client is ever shown: what compares every item with every other stops here. */
const MOST = 1000;

export function isEnough(warnings: readonly string[]): boolean {
  return warnings.length >= MOST;
}
