import type { coreV1 } from '@gantry/api-types';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Registry of images whose names have none, under the names that its credentials are kept under. */
const DEFAULT_REGISTRIES = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

interface Entry {
  readonly username?: string;
  readonly password?: string;
  /** base64 of `username:password`. */
  readonly auth?: string;
}

/** The first of a pod's pull secrets that knows the image's registry. Secrets that cannot be read count as not there. */
export function credentialsFor(image: string, secrets: readonly coreV1.Secret[]): Credentials | undefined {
  const registries = registriesOf(image);
  for (const secret of secrets) {
    for (const [key, entry] of Object.entries(entriesOf(secret))) {
      const credentials = registries.includes(hostOf(key)) ? readEntry(entry) : undefined;
      if (credentials !== undefined) return credentials;
    }
  }
  return undefined;
}

function registriesOf(image: string): readonly string[] {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  if (!isHost || DEFAULT_REGISTRIES.includes(first)) return DEFAULT_REGISTRIES;
  return [first];
}

/** Keys are hosts, or addresses such as `https://index.docker.io/v1/`. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}

function entriesOf({ data }: coreV1.Secret): Record<string, Entry> {
  const current = parsed(data?.['.dockerconfigjson']) as { auths?: Record<string, Entry> } | undefined;
  return current?.auths ?? (parsed(data?.['.dockercfg']) as Record<string, Entry> | undefined) ?? {};
}

function parsed(base64: string | undefined): unknown {
  try {
    return base64 === undefined ? undefined : (JSON.parse(Buffer.from(base64, 'base64').toString()) as unknown);
  } catch {
    return undefined;
  }
}

function readEntry({ username, password, auth }: Entry): Credentials | undefined {
  if (username !== undefined && password !== undefined) return { username, password };
  const [name, ...rest] = Buffer.from(auth ?? '', 'base64').toString().split(':');
  return name === undefined || rest.length === 0 ? undefined : { username: name, password: rest.join(':') };
}
