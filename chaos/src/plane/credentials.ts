import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '@gantry/platform/pki';

/** Who a client is, and whom it trusts. PEM. */
export interface ClientCredentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Credentials {
  readonly admin: ClientCredentials;
  /** What an api process is told of the files that were written. */
  readonly apiEnvironment: Readonly<Record<string, string>>;
}

const DAYS = 2;

/** Makes all keys of a run and writes those that processes read. */
export async function makeCredentials(folder: string): Promise<Credentials> {
  const now = Date.now();
  const authority = await createAuthority('chaos', DAYS, now);
  const server = await issueCertificate(authority, { commonName: 'kube-apiserver', usage: 'server', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], days: DAYS, now });
  const admin = await issueCertificate(authority, { commonName: 'chaos', organizations: ['system:masters'], usage: 'client', days: DAYS, now });
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  const files = {
    GANTRY_API_TLS_KEY_FILE: server.key,
    GANTRY_API_TLS_CERTIFICATE_FILE: server.certificate,
    GANTRY_API_CLIENT_CA_FILE: authority.certificate,
    GANTRY_API_ENCRYPTION_KEY_FILE: randomBytes(32).toString('base64'),
    GANTRY_API_SERVICE_ACCOUNT_KEYS_FILE: signing.privateKey,
  };
  await mkdir(folder, { recursive: true });
  const written = await Promise.all(Object.entries(files).map(async ([name, text]) => {
    const path = join(folder, name.toLowerCase());
    await writeFile(path, text, { mode: 0o600 });
    return [name, path] as const;
  }));
  return { admin: { ca: authority.certificate, cert: admin.certificate, key: admin.key }, apiEnvironment: Object.fromEntries(written) };
}
