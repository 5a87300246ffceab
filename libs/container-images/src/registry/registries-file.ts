import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../documents.js';
import { refused } from '../image-error.js';
import type { RegistrySettings } from '../image-store.js';
import { isMissing } from '../store/files.js';

type Registries = Readonly<Record<string, RegistrySettings>>;

/** In the root of a store, where people write it: by host, `{ "docker.io": { "mirrors": ["https://mirror.example.com"], "insecure": false, "authority": "/path/of/ca.pem" } }`. */
const FILE = 'registries.json';

/** How registries are reached, as the file says now and, for hosts that they name, the options. */
export async function currentRegistries(root: string, given: Registries): Promise<Registries> {
  const file = join(root, FILE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => (isMissing(error) ? '{}' : Promise.reject(error)));
  const written = Object.entries(parse(text, file)).map(async ([host, settings]) => [host, await read(host, settings, file)] as const);
  return { ...Object.fromEntries(await Promise.all(written)), ...given };
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch {
    // Said below.
  }
  throw refused(`${file} is no JSON object of registries by their host`);
}

async function read(host: string, settings: unknown, file: string): Promise<RegistrySettings> {
  const { mirrors = [], insecure = false, authority, ...more } = isObject(settings) ? settings : { settings };
  const isWell = isUrls(mirrors) && typeof insecure === 'boolean' && (authority === undefined || typeof authority === 'string') && Object.keys(more).length === 0;
  if (!isWell) throw refused(`${file}: "${host}" may have mirrors (a list of addresses), insecure (true or false) and authority (the file of a certificate), and nothing else`);
  if (authority === undefined) return { mirrors, insecure };
  const pem = await readFile(authority, 'utf8').catch((error: unknown) => Promise.reject(refused(`${file}: the authority of "${host}" cannot be read: ${(error as Error).message}`)));
  return { mirrors, insecure, authority: pem };
}

function isUrls(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && /^https?:\/\//.test(item) && URL.canParse(item));
}
