import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { usageExtensions } from './usages.js';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SUBJECT_ALT_NAME = '2.5.29.17';
const DAY_MS = 86_400_000;
/** Clocks of two machines differ: a certificate counts from a little before it was made. */
const BACKDATE_MS = 5 * 60_000;

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a leaf certificate says. */
export interface CertificateRequest {
  /** CN: for a client, the user's name. */
  readonly commonName: string;
  /** O, one a group: for a client, its groups. */
  readonly organizations?: readonly string[];
  readonly usage: 'server' | 'client';
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly days: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A self-signed authority for one cluster, valid for `days`. */
export async function createAuthority(commonName: string, days: number, now: number): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** A new key and its certificate, signed by the authority. */
export async function issueCertificate(authority: KeyPair, request: CertificateRequest): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subjectOf(request),
    issuer: issuer.subject,
    notBefore: new Date(request.now - BACKDATE_MS),
    notAfter: new Date(request.now + request.days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    extensions: await leafExtensions(request, issuer),
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** What is signed of a certificate request (PKCS #10). */
export interface SigningTerms {
  /** As a CertificateSigningRequest names them. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch. The authority's own end is never passed. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The certificate (PEM) for a request (PEM): its subject, its key and its names, the usages of the terms, and nothing else of what it asks for. */
export async function signCertificateRequest(authority: KeyPair, requestPem: string, { usages, notBefore, notAfter }: SigningTerms): Promise<string> {
  const request = new x509.Pkcs10CertificateRequest(requestPem);
  const issuer = new x509.X509Certificate(authority.certificate);
  const names = request.getExtension(SUBJECT_ALT_NAME);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: request.subjectName,
    issuer: issuer.subject,
    notBefore: new Date(notBefore),
    notAfter: new Date(Math.min(notAfter, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: request.publicKey,
    signingKey: await importKey(authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...usageExtensions(usages),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names === null ? [] : [names]),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** Milliseconds since the epoch at which the first certificate of the PEM text ends. */
export function expiryOf(certificatePem: string): number {
  return new x509.X509Certificate(certificatePem).notAfter.getTime();
}

function subjectOf(request: CertificateRequest): x509.JsonName {
  const organizations = request.organizations ?? [];
  return [...organizations.map((organization) => ({ O: [organization] })), { CN: [request.commonName] }];
}

async function leafExtensions(request: CertificateRequest, issuer: x509.X509Certificate): Promise<x509.Extension[]> {
  const names: x509.JsonGeneralNames = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([request.usage === 'server' ? SERVER_AUTH : CLIENT_AUTH]),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names));
  return extensions;
}

function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}
