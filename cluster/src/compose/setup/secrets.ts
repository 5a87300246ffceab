import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { watchPattern } from '@gantry/bus';
import { createNatsTrust, type NatsTrust, type NatsTrustKeys } from '@gantry/bus/nats';
import { NODES, PODS } from '@gantry/client';
import type { KeyPair } from '@gantry/platform';
import { kinds } from '@gantry/resources';
import { adminLeaf, apiLeaf, prometheusLeaf, ensureAuthority, ensureEncryptionKey, ensureLeaf } from '../../certificates/certificates.js';
import { ensureServiceAccountKeys } from '../../certificates/service-account-key.js';
import { apiServiceAddress, DEFAULT_NETWORK } from '../../network/settings.js';
import { readFileIfAny, readJsonIfAny, writeFileAtomic, writeJsonAtomic } from '../../state/files.js';

/** Everything that a cluster of services must keep to itself. */
export interface ClusterSecrets {
  readonly authority: KeyPair;
  readonly admin: KeyPair;
  readonly prometheus: KeyPair;
  /** What each server shows to its clients. */
  readonly servers: { readonly api: KeyPair; readonly nats: KeyPair; readonly postgres: KeyPair };
  /** 32 bytes. */
  readonly encryptionKey: Uint8Array;
  /** PEM, the one that signs first. */
  readonly serviceAccountKeys: readonly string[];
  readonly postgresPassword: string;
  readonly trust: NatsTrust;
}

/** Reads what is in the folder, makes what is missing and renews what ends soon. A run that was killed is finished by the next. */
export async function ensureSecrets(folder: string, now: number): Promise<ClusterSecrets> {
  const authority = await ensureAuthority(folder, now);
  const leaf = (name: string, says: Parameters<typeof ensureLeaf>[4]): Promise<KeyPair> => ensureLeaf(folder, name, authority, now, says);
  const server = (name: string): Promise<KeyPair> => leaf(name, { commonName: name, usage: 'server', dnsNames: [name, 'localhost'] });
  return {
    authority,
    admin: await leaf('admin', adminLeaf),
    prometheus: await leaf('prometheus', prometheusLeaf),
    servers: {
      api: await leaf('api', apiLeaf({ clusterDomain: DEFAULT_NETWORK.clusterDomain, addresses: [apiServiceAddress(DEFAULT_NETWORK)] })),
      nats: await server('nats'),
      postgres: await server('postgres'),
    },
    encryptionKey: await ensureEncryptionKey(join(folder, 'encryption.key')),
    serviceAccountKeys: await ensureServiceAccountKeys(folder),
    postgresPassword: await ensurePassword(join(folder, 'postgres-password')),
    trust: await ensureTrust(join(folder, 'nats-keys.json')),
  };
}

async function ensurePassword(path: string): Promise<string> {
  const stored = await readFileIfAny(path);
  if (stored !== undefined) return stored;
  const made = randomBytes(24).toString('base64url');
  await writeFileAtomic(path, made);
  return made;
}

/** Its keys stay; what the components may do is that of this version. */
async function ensureTrust(path: string): Promise<NatsTrust> {
  const keys = await readJsonIfAny<NatsTrustKeys>(path);
  const trust = await createNatsTrust({ controllers: openPatterns(), scheduler: [watchPattern(NODES), watchPattern(PODS)] }, keys);
  if (keys === undefined) await writeJsonAtomic(path, trust.keys);
  return trust;
}

/** Where the changes of every kind are published that is not encrypted: what the controllers may follow. */
function openPatterns(): string[] {
  return [...new Set(kinds.filter(({ encrypted }) => encrypted !== true).map(({ group, resource }) => watchPattern({ group, resource })))];
}
