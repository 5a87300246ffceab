import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A public key, and the one algorithm that it is used with. */
export interface VerificationKey {
  readonly id: string;
  readonly algorithm: string;
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

export interface KeyRing {
  readonly signing: SigningKey;
  /** By id; the signing key among them. */
  readonly verification: ReadonlyMap<string, VerificationKey>;
}

const EC_ALGORITHMS: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** The first key signs and must be private; of the others the public part is enough. Throws for what is no key of a kind that signs tokens. */
export function createKeyRing(pems: readonly string[]): KeyRing {
  const [first] = pems;
  if (first === undefined) throw new Error('service account tokens need at least one key');
  const verification = new Map(pems.map(verificationKey).map((key) => [key.id, key]));
  return { signing: { ...verificationKey(first), privateKey: createPrivateKey(first) }, verification };
}

function verificationKey(pem: string): VerificationKey {
  const publicKey = createPublicKey(pem);
  return { id: keyId(publicKey), algorithm: algorithmOf(publicKey), publicKey };
}

/** As upstream has it: the hash of the key itself, so that the same key has the same id wherever it is read. */
function keyId(publicKey: KeyObject): string {
  return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa') return 'RS256';
  const algorithm = type === 'ec' ? EC_ALGORITHMS[details?.namedCurve ?? ''] : undefined;
  if (algorithm === undefined) throw new Error(`a key of type ${String(type)} cannot sign service account tokens`);
  return algorithm;
}
