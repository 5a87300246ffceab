import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hexOf } from '../digest.js';

/** Where everything is below the root of a store. */
export interface StorePlaces {
  readonly root: string;
  /** Layers' archives, complete and verified, until they are unpacked for good. */
  readonly blobs: string;
  /** Downloads that are under way or were cut off. */
  readonly ingest: string;
  readonly layers: string;
  readonly images: string;
  readonly references: string;
  readonly holds: string;
  readonly sessions: string;
  readonly temporary: string;
  readonly locks: string;
}

export function storePlaces(root: string): StorePlaces {
  const at = (name: string): string => join(root, name);
  return {
    root, blobs: at('blobs'), ingest: at('ingest'), layers: at('layers'), images: at('images'), references: at('references'), holds: at('holds'), sessions: at('sessions'), temporary: at('tmp'), locks: at('locks'),
  };
}

/** Overlay's options have 4,096 bytes for the folders of all layers: half of the digits are enough. */
const LAYER_DIGITS = 32;

export function layerPlace(places: StorePlaces, chainId: string): string {
  return join(places.layers, hexOf(chainId).slice(0, LAYER_DIGITS));
}

export function imagePlace(places: StorePlaces, id: string): string {
  return join(places.images, `${hexOf(id)}.json`);
}

export function referencePlace(places: StorePlaces, name: string): string {
  return join(places.references, `${createHash('sha256').update(name).digest('hex')}.json`);
}

export function holdsPlace(places: StorePlaces, id: string): string {
  return join(places.holds, hexOf(id));
}
