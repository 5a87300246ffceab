import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { KeyPair } from '@gantry/platform';
import { readFileIfAny, writeFileAtomic } from '../state/files.js';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 365;
/** A start renews what ends within this time. */
const RENEW_BEFORE_DAYS = 90;

/** What a standalone cluster's API needs, and what its administrator shows. */
export interface ClusterCertificates {
  readonly authority: KeyPair;
  readonly server: KeyPair;
  readonly admin: KeyPair;
}

/** Under what pods know the API, beside the names that every cluster has. */
export interface ApiNames {
  readonly clusterDomain: string;
  readonly addresses: readonly string[];
}

/** Reads the cluster's certificates; makes those that are missing or end soon (only then is the library that makes them loaded). */
export async function ensureCertificates(folder: string, now: number, names: ApiNames): Promise<ClusterCertificates> {
  const authority = await ensureAuthority(folder, now);
  return { authority, server: await ensureLeaf(folder, 'api', authority, now, apiLeaf(names)), admin: await ensureLeaf(folder, 'admin', authority, now, adminLeaf) };
}

/** The cluster's authority. */
export function ensureAuthority(folder: string, now: number): Promise<KeyPair> {
  return ensure(folder, 'ca', now, async () => {
    const { createAuthority } = await import('@gantry/platform/pki');
    return createAuthority('gantry-ca', AUTHORITY_DAYS, now);
  });
}

/** What the API shows to its clients. */
export function apiLeaf({ clusterDomain, addresses }: ApiNames): Leaf {
  return {
    commonName: 'kube-apiserver',
    usage: 'server',
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${clusterDomain}`],
    ipAddresses: ['127.0.0.1', '::1', ...addresses],
  };
}

/** What an administrator shows to the API. */
export const adminLeaf: Leaf = { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' };

/** Of who reads the measures of the API and of nodes, and nothing else. */
export const prometheusLeaf: Leaf = { commonName: 'gantry:prometheus', organizations: ['system:monitoring'], usage: 'client' };

/** The key that seals Secrets: 32 random bytes, made once. Losing it loses every Secret. */
export async function ensureEncryptionKey(path: string): Promise<Uint8Array> {
  const stored = await readFileIfAny(path);
  if (stored !== undefined) return Buffer.from(stored.trim(), 'base64');
  const key = randomBytes(32);
  await writeFileAtomic(path, `${key.toString('base64')}\n`);
  return key;
}

/** What a certificate says. */
export interface Leaf {
  readonly commonName: string;
  readonly usage: 'server' | 'client';
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** A certificate of the authority and its key, in the folder under this name: made when it is missing, ends soon, or says something else. */
export function ensureLeaf(folder: string, name: string, authority: KeyPair, now: number, leaf: Leaf): Promise<KeyPair> {
  const signedBy = new X509Certificate(authority.certificate);
  return ensure(
    folder,
    name,
    now + RENEW_BEFORE_DAYS * DAY_MS,
    async () => {
      const { issueCertificate } = await import('@gantry/platform/pki');
      return issueCertificate(authority, { ...leaf, days: LEAF_DAYS, now });
    },
    (certificate) => certificate.verify(signedBy.publicKey) && covers(certificate, leaf),
  );
}

/** One made for other settings is made anew. */
function covers(certificate: X509Certificate, { dnsNames = [], ipAddresses = [] }: Leaf): boolean {
  return dnsNames.every((name) => certificate.checkHost(name) !== undefined) && ipAddresses.every((address) => certificate.checkIP(address) !== undefined);
}

async function ensure(
  folder: string,
  name: string,
  validUntil: number,
  make: () => Promise<KeyPair>,
  accept: (certificate: X509Certificate) => boolean = () => true,
): Promise<KeyPair> {
  const stored = await read(folder, name);
  if (stored !== undefined && usable(stored, validUntil, accept)) return stored;
  const made = await make();
  await writeFileAtomic(join(folder, `${name}.key`), made.key);
  await writeFileAtomic(join(folder, `${name}.crt`), made.certificate, 0o644);
  return made;
}

async function read(folder: string, name: string): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all([readFileIfAny(join(folder, `${name}.crt`)), readFileIfAny(join(folder, `${name}.key`))]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** A renewal that was killed between its two files left a key that is not the certificate's. */
function usable(pair: KeyPair, until: number, accept: (certificate: X509Certificate) => boolean): boolean {
  try {
    const certificate = new X509Certificate(pair.certificate);
    return Date.parse(certificate.validTo) > until && certificate.checkPrivateKey(createPrivateKey(pair.key)) && accept(certificate);
  } catch {
    return false;
  }
}
