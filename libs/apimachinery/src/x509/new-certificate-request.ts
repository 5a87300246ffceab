import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { DER } from './der.js';

/** Whose certificate is asked for. */
export interface RequestedSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

const UTF8_STRING = 0x0c;
/** Of subjects and of ECDSA with SHA-256, as the bytes of an identifier. */
const OIDS = { commonName: '550403', organization: '55040a', ecdsaWithSha256: '2a8648ce3d040302' };
const NO_ATTRIBUTES = der(0xa0);

/** A certificate request in PEM (RFC 2986) for the key of an elliptic curve, without further names. */
export function newCertificateRequest(key: KeyObject, { commonName, organizations }: RequestedSubject): string {
  if (key.asymmetricKeyType !== 'ec') throw new TypeError('a certificate request is made for a key of an elliptic curve');
  const version = der(DER.integer, Buffer.from([0]));
  const subject = der(DER.sequence, ...organizations.map((name) => attribute(OIDS.organization, name)), attribute(OIDS.commonName, commonName));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const info = der(DER.sequence, version, subject, publicKey, NO_ATTRIBUTES);
  const algorithm = der(DER.sequence, der(DER.oid, Buffer.from(OIDS.ecdsaWithSha256, 'hex')));
  const signature = der(DER.bitString, Buffer.from([0]), sign('sha256', info, key));
  return pem('CERTIFICATE REQUEST', der(DER.sequence, info, algorithm, signature));
}

function attribute(oid: string, value: string): Buffer {
  return der(DER.set, der(DER.sequence, der(DER.oid, Buffer.from(oid, 'hex')), der(UTF8_STRING, Buffer.from(value))));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

function pem(type: string, bytes: Buffer): string {
  return `-----BEGIN ${type}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${type}-----\n`;
}
