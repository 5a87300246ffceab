import type { EncodedValue } from './storage.js';

/** A value and the revision that its reader shall see in it. */
export type SpliceSource = Pick<EncodedValue, 'value' | 'spliceOffset'> & { readonly revision: number };

const CLOSING_BRACE = 0x7d;
/** `"resourceVersion":"` and `",`. */
const AROUND_REVISION = 19 + 2;

function insertionFor(source: SpliceSource): string {
  const comma = source.value[source.spliceOffset] === CLOSING_BRACE ? '' : ',';
  return `"resourceVersion":"${source.revision}"${comma}`;
}

/** An upper bound, in bytes, of what `writeSpliced` writes. */
export function splicedCapacity(source: SpliceSource): number {
  return source.value.length + AROUND_REVISION + 16;
}

/** Writes the object with its resourceVersion into `target` at `offset`; returns the offset behind it. */
export function writeSpliced(source: SpliceSource, target: Buffer, offset: number): number {
  const { value, spliceOffset } = source;
  target.set(value.subarray(0, spliceOffset), offset);
  let end = offset + spliceOffset;
  end += target.write(insertionFor(source), end, 'latin1');
  target.set(value.subarray(spliceOffset), end);
  return end + value.length - spliceOffset;
}

/** The object's JSON with its resourceVersion in place, as readers get it. */
export function spliceResourceVersion(source: SpliceSource): Buffer {
  const target = Buffer.allocUnsafe(splicedCapacity(source));
  return target.subarray(0, writeSpliced(source, target, 0));
}
