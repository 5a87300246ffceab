import type { Quantity } from '@gantry/apimachinery';
import { quantityOrNone } from '../core/pod-spec/quantities.js';

/** Quantities by the name of the resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

type TextList = Readonly<Record<string, string>> | undefined;

/** The quantities of a list; what is none is left out. */
export function amountsOf(list: TextList): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = quantityOrNone(text);
    if (quantity !== undefined) amounts.set(name, quantity);
  }
  return amounts;
}

/** The list of these quantities, in the order of their names. */
export function listOf(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, quantity]) => [name, quantity.toString()] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Adds `more` to `sum`. */
export function addTo(sum: Map<string, Quantity>, more: Amounts): void {
  for (const [name, quantity] of more) sum.set(name, sum.get(name)?.add(quantity) ?? quantity);
}

/** Raises each of `most` to what `other` has. */
export function raiseTo(most: Map<string, Quantity>, other: Amounts): void {
  for (const [name, quantity] of other) {
    const before = most.get(name);
    if (before === undefined || before.compare(quantity) < 0) most.set(name, quantity);
  }
}

/** What `after` has more than `before`, negative where it has less; nothing where they are equal. */
export function difference(after: Amounts, before: Amounts): Map<string, Quantity> {
  const result = new Map(after);
  addTo(result, new Map([...before].map(([name, quantity]) => [name, quantity.negate()])));
  for (const [name, quantity] of result) if (quantity.isZero) result.delete(name);
  return result;
}

/** Only those of these names. */
export function only(amounts: Amounts, has: (name: string) => boolean): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => has(name)));
}

/** `cpu=1,pods=2`, in the order of the names. */
export function amountsText(amounts: Amounts): string {
  return [...amounts].map(([name, quantity]) => `${name}=${quantity.toString()}`).sort().join(',');
}
