import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfAny, writeFileAtomic } from '../../../state/files.js';

/** A node's key and its last certificate (PEM). */
export interface NodeFiles {
  readonly key: KeyObject;
  /** Undefined where there is none of this node and key. */
  readonly certificate: string | undefined;
}

const KEY = 'node.key';
const CERTIFICATE = 'node.crt';

/** What the folder keeps of a node; the key is made with the first call, and its name stays with whoever has it. For its owner alone. */
export async function ensureNodeFiles(folder: string, nodeName: string): Promise<NodeFiles> {
  const [storedKey, certificate] = await Promise.all([readFileIfAny(join(folder, KEY)), readFileIfAny(join(folder, CERTIFICATE))]);
  if (storedKey !== undefined) {
    const key = createPrivateKey(storedKey);
    return { key, certificate: certificate !== undefined && isOf(certificate, key, nodeName) ? certificate : undefined };
  }
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  await writeFileAtomic(join(folder, KEY), key.export({ type: 'pkcs8', format: 'pem' }));
  return { key, certificate: undefined };
}

export function storeCertificate(folder: string, certificate: string): Promise<void> {
  return writeFileAtomic(join(folder, CERTIFICATE), certificate);
}

/** From when to when a certificate is good, in milliseconds since the epoch. */
export function datesOf(certificate: string): { readonly from: number; readonly to: number } {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

function isOf(pem: string, key: KeyObject, nodeName: string): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkPrivateKey(key) && certificate.subject.split('\n').includes(`CN=system:node:${nodeName}`);
  } catch {
    return false;
  }
}
