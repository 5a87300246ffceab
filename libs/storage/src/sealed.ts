import { createHash } from 'node:crypto';

/**
 * How a sealed value begins: the mark, then the id of the key that it was sealed with. Whoever copies values can tell by it which key they
 * need, without having that key.
 */
export const SEALED_MARK = Buffer.from('gantry:aes256gcm:');
export const SEALING_KEY_ID_BYTES = 8;

/** Names an encryption key without giving it away. */
export function sealingKeyId(secret: Uint8Array): Buffer {
  return createHash('sha256').update('gantry key id').update(secret).digest().subarray(0, SEALING_KEY_ID_BYTES);
}

/** The id of the key that a value was sealed with, in hexadecimal digits; undefined for a value that is not sealed. */
export function sealedWith(value: Uint8Array): string | undefined {
  if (!SEALED_MARK.equals(value.subarray(0, SEALED_MARK.length))) return undefined;
  return Buffer.from(value.subarray(SEALED_MARK.length, SEALED_MARK.length + SEALING_KEY_ID_BYTES)).toString('hex');
}
