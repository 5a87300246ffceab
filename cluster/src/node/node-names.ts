/** `node-1`, `node-2`, … */
export function nodeNames(count: number, prefix: NodePrefix = 'node'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

export type NodePrefix = 'node' | 'hollow';

/** The number in a node's name; undefined for a name that was not given here. */
export function nodeNumber(name: string, prefix: NodePrefix = 'node'): number | undefined {
  const digits = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : '';
  return /^[1-9]\d*$/.test(digits) ? Number(digits) : undefined;
}
