import { TABLE } from './names.js';
import type { Element, Fragment, Ruleset } from './ruleset.js';

/** What a transaction says, and what it leaves for a later one. */
export interface Delta {
  /** nft commands, one a line; empty where nothing changes. */
  readonly commands: string;
  /**
   * Chains that are empty and unused now. Kernels before 6.2 forget a moment late that a map pointed to a chain and refuse to delete
   * it in the same transaction, so it is deleted later.
   */
  readonly abandoned: readonly string[];
  /** Chains that are in use from now on. */
  readonly created: readonly string[];
}

interface Difference<T> {
  readonly added: [string, T][];
  readonly removed: [string, T][];
}

/** A changed entry is both removed and added. */
function difference<T>(old: ReadonlyMap<string, T>, wanted: ReadonlyMap<string, T>, isSame: (a: T, b: T) => boolean): Difference<T> {
  const differs = (from: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): [string, T][] => {
    const found: [string, T][] = [];
    for (const entry of from) {
      const counterpart = other.get(entry[0]);
      if (counterpart === undefined || (counterpart !== entry[1] && !isSame(counterpart, entry[1]))) found.push(entry);
    }
    return found;
  };
  return { added: differs(wanted, old), removed: differs(old, wanted) };
}

/** The chains or sets of those fragments that are not the same on both sides. */
function parts<T>(fragments: readonly [string, Fragment][], of: (fragment: Fragment) => ReadonlyMap<string, T>): Map<string, T> {
  return new Map(fragments.flatMap(([, fragment]) => [...of(fragment)]));
}

function sameRules(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index]);
}

/** One command for all elements of a map or set: nft takes a list, and a command each would take far longer to read. */
function elementCommands(verb: 'add' | 'delete', elements: readonly Element[]): string[] {
  const byContainer = Map.groupBy(elements, ({ container }) => container);
  return [...byContainer].map(([container, members]) => {
    const texts = members.map(({ key, verdict }) => (verdict === undefined || verb === 'delete' ? key : `${key} : ${verdict}`));
    return `${verb} element ip ${TABLE} ${container} { ${texts.join(', ')} }`;
  });
}

const nothing: Difference<never> = { added: [], removed: [] };

/**
 * The commands that make the table of one ruleset that of another, in an order in which nft accepts them: what is pointed to before what points,
 * and the other way when taking away.
 */
export function delta(old: Ruleset, wanted: Ruleset): Delta {
  const fragments = difference(old.fragments, wanted.fragments, () => false);
  const elements = old.elements === wanted.elements ? nothing : difference(old.elements, wanted.elements, (a, b) => a.verdict === b.verdict);
  const oldChains = parts(fragments.removed, ({ chains }) => chains);
  const chains = difference(oldChains, parts(fragments.added, ({ chains: own }) => own), sameRules);
  const sets = difference(parts(fragments.removed, ({ sets: own }) => own), parts(fragments.added, ({ sets: own }) => own), (a, b) => a === b);
  const kept = new Set(chains.added.map(([name]) => name));
  const commands = [
    ...elementCommands('delete', elements.removed.map(([, element]) => element)),
    ...chains.removed.map(([name]) => `flush chain ip ${TABLE} ${name}`),
    ...sets.removed.map(([name]) => `delete set ip ${TABLE} ${name}`),
    ...sets.added.map(([name, declaration]) => `add set ip ${TABLE} ${name} { ${declaration} }`),
    ...chains.added.filter(([name]) => !oldChains.has(name)).map(([name]) => `add chain ip ${TABLE} ${name}`),
    ...chains.added.flatMap(([name, rules]) => rules.map((rule) => `add rule ip ${TABLE} ${name} ${rule}`)),
    ...elementCommands('add', elements.added.map(([, element]) => element)),
  ];
  return {
    commands: commands.map((command) => `${command}\n`).join(''),
    abandoned: chains.removed.map(([name]) => name).filter((name) => !kept.has(name)),
    created: [...kept].filter((name) => !oldChains.has(name)),
  };
}
