import { refused } from '../image-error.js';
import { lastPart, parentOf } from './entry-path.js';

/** What an entry says about layers below (OCI image specification, "Whiteouts"). */
export type Whiteout =
  /** This path of the layers below is not there. */
  | { readonly kind: 'removed'; readonly path: string }
  /** Nothing of this directory of the layers below is there. */
  | { readonly kind: 'opaque'; readonly path: string }
  /** Bookkeeping of AUFS, from which the names come. */
  | { readonly kind: 'ignored' };

const PREFIX = '.wh.';
const RESERVED = '.wh..wh.';
const OPAQUE = '.wh..wh..opq';

/** Undefined for the path of an ordinary entry. */
export function readWhiteout(path: string): Whiteout | undefined {
  const name = lastPart(path);
  if (!name.startsWith(PREFIX)) return path.includes(`${RESERVED}`) ? { kind: 'ignored' } : undefined;
  if (name === OPAQUE) return { kind: 'opaque', path: parentOf(path) };
  if (name.startsWith(RESERVED)) return { kind: 'ignored' };
  const removed = name.slice(PREFIX.length);
  if (removed === '' || removed === '.' || removed === '..') throw refused(`the entry "${path}" removes nothing that can be named`);
  return { kind: 'removed', path: parentOf(path) === '' ? removed : `${parentOf(path)}/${removed}` };
}
