import { EMPTY, hasChildren, nodeOf, SELF } from './field-set.js';
import type { FieldPath, FieldSet, OpenFieldSet } from './field-set.js';

/** Of a set what stands at one of the paths or under it; `*` in a path stands for every element. */
export function restricted(set: FieldSet, paths: readonly FieldPath[]): FieldSet {
  const level: OpenFieldSet = {};
  for (const element in set) {
    if (element === SELF) continue;
    const rests = paths.filter(([first]) => first === element || first === '*').map(([, ...rest]) => rest);
    const kept = rests.some((rest) => rest.length === 0) ? set[element] : under(set[element]!, rests);
    if (kept !== undefined) level[element] = kept;
  }
  return level;
}

function under(node: FieldSet, paths: readonly FieldPath[]): FieldSet | undefined {
  const children = paths.length === 0 ? EMPTY : restricted(node, paths);
  return hasChildren(children) ? nodeOf(false, children) : undefined;
}
