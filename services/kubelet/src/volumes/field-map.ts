import { goQuote } from '@gantry/apimachinery';
import type { Pod } from '../pods/pod.js';

/** Labels or annotations as the downward API writes them in files: a line `key="value"` each, by key, quoted as Go does since readers parse it so; undefined: another field. */
export function fieldMap(pod: Pod, fieldPath: string): string | undefined {
  if (fieldPath !== 'metadata.labels' && fieldPath !== 'metadata.annotations') return undefined;
  const entries = Object.entries(pod.metadata?.[fieldPath === 'metadata.labels' ? 'labels' : 'annotations'] ?? {});
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${goQuote(value)}`).join('\n');
}
