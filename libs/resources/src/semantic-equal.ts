/**
 * Fields whose empty object says nothing: maps, and structures that Go writes always. Of any other field an empty object
 * is a choice (`emptyDir: {}`, `podSelector: {}`), which an absent one is not.
 */
const emptyMeansAbsent: ReadonlySet<string> = new Set([
  'metadata', 'labels', 'annotations', 'matchLabels', 'nodeSelector', 'limits', 'requests', 'overhead', 'resources', 'options', 'volumeAttributes', 'data',
  'binaryData',
]);

/**
 * Whether two JSON values mean the same to a Kubernetes API: as `deepEqual`, but an absent field, null, an empty list and an
 * empty map are all the same, as they are in Go.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return isNothing(a) && isNothing(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && equalLists(a, b);
  return equalFields(a as Fields, b as Fields);
}

type Fields = Record<string, unknown>;

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, index) => semanticEqual(element, b[index]));
}

function equalFields(a: Fields, b: Fields): boolean {
  for (const name in a) if (!equalField(name, a[name], b[name])) return false;
  for (const name in b) if (!(name in a) && !equalField(name, undefined, b[name])) return false;
  return true;
}

function equalField(name: string, a: unknown, b: unknown): boolean {
  if (!emptyMeansAbsent.has(name)) return semanticEqual(a, b);
  return semanticEqual(a ?? {}, b ?? {});
}
