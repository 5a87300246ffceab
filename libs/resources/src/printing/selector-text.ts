import type { metaV1 } from '@gantry/api-types';
import { selectorFromObject } from '@gantry/apimachinery';

/** A selector in string form, as tables show it. */
export function selectorText(selector: metaV1.LabelSelector | undefined): string {
  try {
    return selectorFromObject(selector).toString();
  } catch {
    return '<invalid>';
  }
}

/** Labels as tables show them, in the order of their keys. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).sort().join(',') || '<none>';
}
