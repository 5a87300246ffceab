import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isDNS1123Subdomain, newUnauthorized, pemBlock } from '@gantry/apimachinery';
import { NODES_GROUP } from '../http/authz/identity.js';
import { keyFingerprint, NODE_USER_PREFIX } from './fingerprint.js';

/** What a node's certificate says, when it is good. */
export interface NodeCertificate {
  readonly nodeName: string;
  readonly key: KeyObject;
  readonly fingerprint: string;
  /** Milliseconds since the epoch at which it ends. */
  readonly expires: number;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * Judges a certificate that somebody shows as a node's: signed by an authority for clients, within its dates, for clients, of a node and of
 * nothing else. Throws 401. That who shows it has its key is another question.
 */
export function nodeCertificate(pem: string, authorities: string, now: number): NodeCertificate {
  const certificate = parsed(pem);
  const { subject } = certificate.toLegacyObject() as unknown as { subject: Readonly<Record<string, unknown>> };
  const { CN, O } = subject;
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (!isSignedByAny(certificate, authorities)) throw newUnauthorized('the certificate is of another authority');
  if (!(from <= now && now < to)) throw newUnauthorized('the certificate is not within its dates');
  if (certificate.ca || !(certificate.keyUsage as readonly string[] | undefined)?.includes(CLIENT_AUTH)) throw newUnauthorized('the certificate is not for clients');
  if (!isNodeName(CN) || O !== NODES_GROUP || Object.keys(subject).length > 2 || certificate.subjectAltName !== undefined) throw newUnauthorized('the certificate is not a node\'s');
  const key = certificate.publicKey;
  return { nodeName: CN.slice(NODE_USER_PREFIX.length), key, fingerprint: keyFingerprint(key.export({ type: 'spki', format: 'der' })), expires: to };
}

function isNodeName(commonName: unknown): commonName is string {
  return typeof commonName === 'string' && commonName.startsWith(NODE_USER_PREFIX) && isDNS1123Subdomain(commonName.slice(NODE_USER_PREFIX.length)).length === 0;
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw newUnauthorized('no certificate was shown');
  }
}

/** A file of authorities may hold the old and the new one. */
function isSignedByAny(certificate: X509Certificate, authorities: string): boolean {
  for (let block = pemBlock(authorities); block !== undefined; block = pemBlock(block.rest)) {
    const authority = new X509Certificate(block.bytes);
    if (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)) return true;
  }
  return false;
}
