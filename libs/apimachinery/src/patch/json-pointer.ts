/** A place in a document that a JSON pointer (RFC 6901) cannot lead to. */
export class PatchPathError extends Error {
  override readonly name = 'PatchPathError';
}

/** The steps of a pointer: `/a~1b/0` is `a/b`, `0`. The whole document, '', has none. */
export function pointerSteps(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PatchPathError(`doc is missing path: "${pointer}"`);
  return pointer.slice(1).split('/').map(decodeStep);
}

function decodeStep(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
}

/** The list index that a step names; negative ones count from the end. `length` is the number of places. */
export function listIndex(step: string, length: number): number {
  if (!/^[+-]?[0-9]+$/.test(step)) throw new PatchPathError(`value was not a proper array index: '${step}'`);
  const given = Number(step);
  const index = given < 0 ? given + length : given;
  if (index < 0 || index >= length) throw new PatchPathError(`Unable to access invalid index: ${step}`);
  return index;
}
