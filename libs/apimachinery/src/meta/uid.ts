import { randomUUID } from 'node:crypto';

/** A new `metadata.uid`: a random UUID, version 4. */
export function newUid(): string {
  return randomUUID();
}
