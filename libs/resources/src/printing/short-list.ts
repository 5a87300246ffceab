const most = 3;

/** The first three of a list, and how many more there are: `a,b,c + 2 more...`. */
export function shortList(items: readonly string[], empty: string): string {
  if (items.length <= most) return items.join(',') || empty;
  return `${items.slice(0, most).join(',')} + ${String(items.length - most)} more...`;
}
