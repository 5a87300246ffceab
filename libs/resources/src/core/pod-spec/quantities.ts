import { Quantity, quantityOf } from '@gantry/apimachinery';

/** Quantities by the name of the resource, as `limits`, `requests`, `capacity` are. */
export type ResourceList = Record<string, string>;

const nanosPerMilli = 1_000_000n;

/** Writes every quantity in its canonical form, rounded up to thousandths. What is no quantity stays for validation to find. */
export function canonicalizeResources(list: ResourceList | undefined): void {
  for (const name in list) {
    const text = list[name] as string;
    const canonical = canonicalText(text);
    if (canonical !== text) list[name] = canonical;
  }
}

/** The canonical form of a quantity, rounded up to thousandths; a text that is none as it stands. */
export function canonicalText(text: string): string {
  try {
    const quantity = quantityOf(text);
    return quantity.nanos % nanosPerMilli === 0n ? quantity.toString() : roundedToMilli(quantity);
  } catch {
    return text;
  }
}

function roundedToMilli({ nanos, format }: Quantity): string {
  const up = nanos > 0n ? nanos / nanosPerMilli + 1n : nanos / nanosPerMilli - 1n;
  return new Quantity(up * nanosPerMilli, format).toString();
}

/** The quantity of a text; undefined where there is none, or it cannot be read. */
export function quantityOrNone(text: string | undefined): Quantity | undefined {
  if (text === undefined) return undefined;
  try {
    return quantityOf(text);
  } catch {
    return undefined;
  }
}
