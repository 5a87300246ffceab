import type { Pod } from '../pods/pod.js';

/** Labels or annotations as the downward API writes them in files: a line `key="value"` each, by key; undefined: another field. */
export function fieldMap(pod: Pod, fieldPath: string): string | undefined {
  if (fieldPath !== 'metadata.labels' && fieldPath !== 'metadata.annotations') return undefined;
  const entries = Object.entries(pod.metadata?.[fieldPath === 'metadata.labels' ? 'labels' : 'annotations'] ?? {});
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${goQuote(value)}`).join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '"': '\\"', '\\': '\\\\' };

/** As Go's `%q`: readers parse these files by its rules. */
function goQuote(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
