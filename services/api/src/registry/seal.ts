import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SEALED_MARK, SEALING_KEY_ID_BYTES, sealingKeyId, type EncodedValue } from '@gantry/storage';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD = SEALED_MARK.length + SEALING_KEY_ID_BYTES;

/**
 * Seals values before they leave `api` and opens them when they come back: AES-256-GCM with a random nonce, bound to the
 * storage key, so that a sealed value moved to another key does not open.
 * Form: magic, first 8 bytes of the key's hash, nonce, tag, ciphertext. The splice offset and schema hash stay beside it, of the opened value.
 */
export interface Seal {
  seal(key: string, encoded: EncodedValue): EncodedValue;
  /** Throws for a value that is not sealed, was sealed with another key, or was changed. */
  open<T extends EncodedValue>(key: string, sealed: T): T;
}

/** `secret` has 32 bytes. */
export function createSeal(secret: Uint8Array): Seal {
  if (secret.length !== 32) throw new RangeError(`an encryption key has 32 bytes, not ${String(secret.length)}`);
  const keyId = sealingKeyId(secret);
  return {
    seal: (key, encoded) => ({ ...encoded, value: sealBytes(secret, keyId, key, encoded.value) }),
    open: (key, sealed) => ({ ...sealed, value: openBytes(secret, keyId, key, sealed.value) }),
  };
}

function sealBytes(secret: Uint8Array, keyId: Uint8Array, key: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  cipher.setAAD(Buffer.from(key));
  const text = cipher.update(plain);
  const rest = cipher.final();
  return Buffer.concat([SEALED_MARK, keyId, nonce, cipher.getAuthTag(), text, rest]);
}

function openBytes(secret: Uint8Array, keyId: Uint8Array, key: string, sealed: Uint8Array): Uint8Array {
  if (!SEALED_MARK.equals(sealed.subarray(0, SEALED_MARK.length))) throw new Error(`the value of ${key} is not sealed`);
  if (!Buffer.from(keyId).equals(sealed.subarray(SEALED_MARK.length, HEAD))) throw new Error(`the value of ${key} was sealed with another key`);
  const nonce = sealed.subarray(HEAD, HEAD + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce);
  decipher.setAAD(Buffer.from(key));
  decipher.setAuthTag(sealed.subarray(HEAD + NONCE_BYTES, HEAD + NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(HEAD + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}
