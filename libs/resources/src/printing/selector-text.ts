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
