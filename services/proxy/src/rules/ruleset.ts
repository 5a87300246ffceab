/** The rules of one Service: what it adds to the table. Texts are nft's own. */
export interface Fragment {
  /** Rules by chain. Names contain the Service's, so no two Services share one. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Declarations by set. */
  readonly sets: ReadonlyMap<string, string>;
  readonly elements: readonly Element[];
}

export interface Element {
  /** The set or map of the table that it stands in. */
  readonly container: string;
  /** `10.96.0.1 . tcp . 80` */
  readonly key: string;
  /** What a map holds under the key; undefined in a set. */
  readonly verdict: string | undefined;
}

/** All that is wanted beside the fixed part of the table. Fragments are compared by identity: keep what did not change. */
export interface Ruleset {
  readonly fragments: ReadonlyMap<string, Fragment>;
  /** By `elementId`. */
  readonly elements: ReadonlyMap<string, Element>;
  /** Two Services claim the same address and port: both, and whose the key is. */
  readonly conflicts: readonly Conflict[];
}

export interface Conflict {
  readonly element: Element;
  readonly holder: string;
  readonly refused: string;
}

export const EMPTY_RULESET: Ruleset = { fragments: new Map(), elements: new Map(), conflicts: [] };

function elementId({ container, key }: Element): string {
  return `${container} ${key}`;
}

/**
 * Joins fragments by Service. nft refuses a whole transaction for one key with two verdicts, so a key that two Services claim (external addresses are
 * free to choose) goes to the first in the map's order: put the older first.
 */
export function joinFragments(fragments: ReadonlyMap<string, Fragment>): Ruleset {
  const elements = new Map<string, Element>();
  const holders = new Map<string, string>();
  const conflicts: Conflict[] = [];
  for (const [service, fragment] of fragments) {
    for (const element of fragment.elements) {
      const id = elementId(element);
      const present = elements.get(id);
      if (present === undefined) {
        elements.set(id, element);
        if (element.verdict !== undefined) holders.set(id, service);
      } else if (present.verdict !== element.verdict) conflicts.push({ element, holder: holders.get(id) ?? '', refused: service });
    }
  }
  return { fragments, elements, conflicts };
}
