/** `node-1`, `node-2`, … */
export function nodeNames(count: number, prefix = 'node'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** The number in a node's name; undefined for a name that was not given here. */
export function nodeNumber(name: string): number | undefined {
  const [, digits] = /^node-([1-9]\d*)$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
