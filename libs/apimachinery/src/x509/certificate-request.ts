import { createPublicKey, verify } from 'node:crypto';
import { DER, DerError, derElement, derElements, derOid, expected } from './der.js';
import type { DerElement } from './der.js';
import { distinguishedName } from './distinguished-name.js';
import type { DistinguishedName } from './distinguished-name.js';
import { pemBlock } from './pem.js';
import { noNames, subjectAltNames } from './subject-alt-names.js';
import type { SubjectAltNames } from './subject-alt-names.js';

/** A PKCS #10 certificate request (RFC 2986), as far as it is judged by. */
export interface CertificateRequestContent {
  readonly subject: DistinguishedName;
  readonly names: SubjectAltNames;
  /** SubjectPublicKeyInfo, DER: the key by which who has it is known. */
  readonly publicKey: Uint8Array;
  /** What is wrong with its signature by its own key; undefined: it is good. */
  readonly signatureProblem: () => string | undefined;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const SUBJECT_ALT_NAME = '2.5.29.17';
const ATTRIBUTES = 0xa0;

/** The hash of a signature algorithm, and what Go says of a signature that is wrong; no hash: the algorithm has its own. */
const ALGORITHMS: Readonly<Record<string, readonly [hash: string | null, problem: string]>> = {
  '1.2.840.113549.1.1.11': ['sha256', 'crypto/rsa: verification error'],
  '1.2.840.113549.1.1.12': ['sha384', 'crypto/rsa: verification error'],
  '1.2.840.113549.1.1.13': ['sha512', 'crypto/rsa: verification error'],
  '1.2.840.10045.4.3.2': ['sha256', 'x509: ECDSA verification failure'],
  '1.2.840.10045.4.3.3': ['sha384', 'x509: ECDSA verification failure'],
  '1.2.840.10045.4.3.4': ['sha512', 'x509: ECDSA verification failure'],
  '1.3.101.112': [null, 'x509: Ed25519 verification failure'],
};

/** Reads a request in PEM. Throws an Error whose message says what is wrong with it; its signature is looked at apart. */
export function parseCertificateRequest(pem: Uint8Array): CertificateRequestContent {
  const block = pemBlock(Buffer.from(pem).toString('latin1'));
  if (block?.type !== 'CERTIFICATE REQUEST') throw new DerError('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = derElements(derElement(block.bytes, DER.sequence).content);
  const signed = expected(info, DER.sequence);
  const [version, subject, publicKey, ...others] = derElements(signed.content);
  expected(version, DER.integer);
  const key = expected(publicKey, DER.sequence).bytes;
  const oid = algorithmOf(algorithm);
  const bits = expected(signature, DER.bitString).content.subarray(1);
  return {
    subject: distinguishedName(expected(subject, DER.sequence)),
    names: requestedNames(others.find(({ tag }) => tag === ATTRIBUTES)),
    publicKey: key,
    signatureProblem: () => signatureProblem(oid, key, signed.bytes, bits),
  };
}

function algorithmOf(algorithm: DerElement | undefined): string {
  const [oid] = derElements(expected(algorithm, DER.sequence).content);
  return derOid(expected(oid, DER.oid));
}

function signatureProblem(oid: string, publicKey: Uint8Array, signed: Uint8Array, signature: Uint8Array): string | undefined {
  const algorithm = Object.hasOwn(ALGORITHMS, oid) ? ALGORITHMS[oid] : undefined;
  if (algorithm === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  const [hash, problem] = algorithm;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return verify(hash, signed, key, signature) ? undefined : problem;
  } catch {
    return problem;
  }
}

function requestedNames(attributes: DerElement | undefined): SubjectAltNames {
  if (attributes === undefined) return noNames;
  for (const attribute of derElements(attributes.content)) {
    const [oid, values] = derElements(expected(attribute, DER.sequence).content);
    if (derOid(expected(oid, DER.oid)) !== EXTENSION_REQUEST) continue;
    const extensions = derElement(expected(values, DER.set).content, DER.sequence);
    for (const extension of derElements(extensions.content)) {
      const parts = derElements(expected(extension, DER.sequence).content);
      if (derOid(expected(parts[0], DER.oid)) === SUBJECT_ALT_NAME) return subjectAltNames(expected(parts.at(-1), DER.octetString).content);
    }
  }
  return noNames;
}
