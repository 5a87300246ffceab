import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { DefaultedSecret } from './defaults.js';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[\s\S]*?-----END \1-----/g;
const KEY = /(?:^| )PRIVATE KEY$/;

/** What is wrong with a certificate and its key, in the words of Go's `tls.X509KeyPair`: they are stored all the same. */
export function tlsWarnings({ type, data = {} }: DefaultedSecret): string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const problem = keyPairProblem(textOf(data['tls.crt']), textOf(data['tls.key']));
  return problem === undefined ? [] : [problem];
}

function textOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

function keyPairProblem(certificateText: string, keyText: string): string | undefined {
  const certificates = blocksOf(certificateText);
  const certificate = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (certificate === undefined) return missingCertificate(certificates.map(({ type }) => type));
  const keys = blocksOf(keyText);
  const key = keys.find(({ type }) => KEY.test(type));
  return key === undefined ? missingKey(keys.map(({ type }) => type)) : pairProblem(certificate.text, key.text);
}

function blocksOf(text: string): { readonly type: string; readonly text: string }[] {
  return [...text.matchAll(BLOCK)].map(([block, type = '']) => ({ type, text: block }));
}

function missingCertificate(skipped: readonly string[]): string {
  if (skipped.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (skipped.length === 1 && KEY.test(skipped[0]!)) return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
}

function missingKey(skipped: readonly string[]): string {
  if (skipped.length === 0) return 'tls: failed to find any PEM data in key input';
  if (skipped.length === 1 && skipped[0] === 'CERTIFICATE') return 'tls: found a certificate rather than a key in the PEM for the private key';
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
}

function pairProblem(certificateText: string, keyText: string): string | undefined {
  const certificate = attempt(() => new X509Certificate(certificateText));
  if (certificate === undefined) return 'x509: malformed certificate';
  const key = attempt(() => createPrivateKey(keyText));
  if (key === undefined) return 'tls: failed to parse private key';
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) return 'tls: private key type does not match public key type';
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key';
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
