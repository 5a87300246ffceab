import { goQuote } from '../errors/go-quote.js';

/** A place in a document that a JSON pointer (RFC 6901) cannot lead to. */
export class PatchPathError extends Error {
  override readonly name = 'PatchPathError';
}

/** One step of a pointer as the name that it stands for. */
export function decodedStep(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
}

/**
 * The list index that a step names; negative ones count from the end. `length` is the number of places, `prefix` what a message says
 * before the step's own fault.
 * @throws PatchPathError
 */
export function listIndex(step: string, length: number, prefix = ''): number {
  if (!/^[+-]?[0-9]+$/.test(step)) throw new PatchPathError(`${prefix}strconv.Atoi: parsing ${goQuote(step)}: invalid syntax`);
  const given = Number(step);
  const index = given < 0 ? given + length : given;
  if (index < 0 || index >= length) throw new PatchPathError(`Unable to access invalid index: ${String(given)}: invalid index referenced`);
  return index;
}
