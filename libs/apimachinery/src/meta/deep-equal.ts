/** Whether two JSON values are equal; an absent field equals one that is `undefined`, and nothing else. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (Array.isArray(b)) return false;
  return equalObjects(a as Record<string, unknown>, b as Record<string, unknown>);
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (!deepEqual(a[index], b[index])) return false;
  }
  return true;
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let fields = 0;
  for (const name in a) {
    if (a[name] === undefined) continue;
    if (!deepEqual(a[name], b[name])) return false;
    fields++;
  }
  for (const name in b) if (b[name] !== undefined) fields--;
  return fields === 0;
}
