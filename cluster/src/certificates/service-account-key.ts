import { generateKeyPair } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFileIfAny, writeFileAtomic } from '../state/files.js';

const CURRENT = 'sa.key';
/** What `sa.key` is renamed to when a new one is to be made: its tokens are good until they end. */
const FORMER = /^sa-.+\.key$/;
const BITS = 2048;

/** The keys of service account tokens, PEM: the one that signs first, made when there is none, then former ones that still verify. */
export async function ensureServiceAccountKeys(folder: string): Promise<string[]> {
  const stored = await readFileIfAny(join(folder, CURRENT));
  const current = stored ?? (await makeKey(join(folder, CURRENT)));
  const former = (await readdir(folder)).filter((name) => FORMER.test(name)).sort();
  return [current, ...(await Promise.all(former.map(async (name) => (await readFileIfAny(join(folder, name))) ?? ''))).filter((pem) => pem !== '')];
}

async function makeKey(path: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  await writeFileAtomic(path, privateKey);
  return privateKey;
}
