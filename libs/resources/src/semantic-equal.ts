/**
 * Whether two JSON values mean the same to a Kubernetes API: as `deepEqual`, but an absent field, null, an empty list and an
 * empty object are all the same, as they are in Go.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && equalLists(a, b);
  return equalFields(a as Record<string, unknown>, b as Record<string, unknown>);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const name in value) if ((value as Record<string, unknown>)[name] !== undefined) return false;
  return true;
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, index) => semanticEqual(element, b[index]));
}

function equalFields(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const name in a) if (!semanticEqual(a[name], b[name])) return false;
  for (const name in b) if (!(name in a) && !isEmpty(b[name])) return false;
  return true;
}
