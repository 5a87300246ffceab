import type { coreV1 } from '@gantry/api-types';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The registry of images whose names have none, under the name that its credentials are kept under. */
const DEFAULT_REGISTRY = 'index.docker.io';
/** Its other names. */
const DEFAULT_HOSTS = ['docker.io', DEFAULT_REGISTRY, 'registry-1.docker.io'];

interface Entry {
  readonly username?: string;
  readonly password?: string;
  /** base64 of `username:password`. */
  readonly auth?: string;
}

/**
 * What a pod's pull secrets have for an image, the closest first: keys are hosts, whose labels may hold `*`, with a port and the beginning of a path where
 * they have one. Secrets that cannot be read count as not there.
 */
export function credentialsFor(image: string, secrets: readonly coreV1.Secret[]): Credentials[] {
  const entries = secrets.flatMap((secret) => Object.entries(entriesOf(secret))).map(([key, entry]) => ({ key: normalizedKey(key), credentials: readEntry(entry) }));
  const target = repositoryOf(image);
  const fitting = entries.filter(({ key }) => matches(key, target));
  const ofDefault = isDefault(target) ? entries.filter(({ key }) => DEFAULT_HOSTS.includes(key)) : [];
  const found = fitting.length > 0 ? fitting.toSorted((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)) : ofDefault;
  return found.map(({ credentials }) => credentials).filter((credentials) => credentials !== undefined);
}

/** The name without tag and digest, in full: `busybox` is `docker.io/library/busybox`. */
function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? '';
  const colon = name.lastIndexOf(':');
  const repository = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  const [first = '', ...rest] = repository.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const [host, path] = isHost ? [first, rest.join('/')] : ['docker.io', repository];
  return `${host}/${isDefault(host) && !path.includes('/') ? 'library/' : ''}${path}`;
}

function isDefault(repository: string): boolean {
  return DEFAULT_HOSTS.includes(repository.split('/')[0] ?? '');
}

/** Without scheme and without the version of Docker's protocol: `https://index.docker.io/v1/` is `index.docker.io`. */
function normalizedKey(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/^([^/]*)\/v[12]\//, '$1/').replace(/\/$/, '');
}

function matches(key: string, repository: string): boolean {
  const [keyHost = '', ...keyPath] = key.split('/');
  const [host = '', ...path] = repository.split('/');
  const [keyLabels, keyPort] = labelsOf(keyHost);
  const [labels, port] = labelsOf(host);
  return keyPort === port && keyLabels.length === labels.length && keyLabels.every((label, index) => matchesLabel(label, labels[index] ?? '')) && path.join('/').startsWith(keyPath.join('/'));
}

function labelsOf(host: string): [string[], string] {
  const [name = '', port = ''] = host.split(':');
  return [name.split('.'), port];
}

function matchesLabel(pattern: string, label: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === label;
  const [start = '', ...rest] = parts;
  const end = rest.pop() ?? '';
  let at = start.length;
  for (const part of rest) {
    const found = label.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return label.startsWith(start) && label.endsWith(end) && at <= label.length - end.length;
}

function entriesOf({ data }: coreV1.Secret): Record<string, Entry> {
  const current = parsed(data?.['.dockerconfigjson']) as { auths?: Record<string, Entry> } | undefined;
  return current?.auths ?? (parsed(data?.['.dockercfg']) as Record<string, Entry> | undefined) ?? {};
}

function parsed(base64: string | undefined): object | undefined {
  try {
    const value: unknown = base64 === undefined ? undefined : JSON.parse(Buffer.from(base64, 'base64').toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readEntry(entry: Entry | null): Credentials | undefined {
  const { username, password, auth } = entry ?? {};
  if (username !== undefined && password !== undefined) return { username, password };
  const [name, ...rest] = Buffer.from(auth ?? '', 'base64').toString().split(':');
  return name === undefined || rest.length === 0 ? undefined : { username: name, password: rest.join(':') };
}
