import { createHash } from 'node:crypto';

/** Begins a node's user name, which is its certificates' common name. */
export const NODE_USER_PREFIX = 'system:node:';

/** By what a key is known: SHA-256 of its SubjectPublicKeyInfo (DER), hex. */
export function keyFingerprint(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex');
}
