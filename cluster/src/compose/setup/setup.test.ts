import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUp } from './setup.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;

let root: string;
let written: string[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'gantry-setup-'));
  written = await setUp(root, NOW);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readers = (): string[] => readdirSync(root).filter((name) => name !== 'state');
/** What of it is signed anew each time: it says the same as before, by the same keys, and what was signed before stays good. */
const kept = (paths: readonly string[]): string[] => paths.filter((path) => !path.endsWith('.creds') && path !== 'nats/nats.conf');
const holders = (secret: string): string[] => readers().filter((reader) => readdirSync(join(root, reader)).some((name) => read(join(reader, name)).includes(secret)));

describe('the setup of a Compose cluster', () => {
  it.each([
    ['the authority’s key', () => read('state/ca.key'), ['controllers']],
    ['the administrator’s key', () => read('state/admin.key'), ['admin']],
    ['the API’s key', () => read('state/api.key'), ['api']],
    ['the key that seals Secrets', () => read('state/encryption.key').trim(), ['api']],
    ['the key of service account tokens', () => read('state/sa.key'), ['api']],
    ['the key of the bus', () => read('state/nats.key'), ['nats']],
    ['the key of Postgres', () => read('state/postgres.key'), ['postgres']],
    ['the password of Postgres', () => read('state/postgres-password'), ['postgres', 'store']],
    ['what lets nodes onto the bus', () => JSON.parse(read('state/nats-keys.json')).nodeSigner as string, ['api']],
    ['what makes users of the bus', () => JSON.parse(read('state/nats-keys.json')).account as string, []],
  ] as const)('gives %s to nobody but who needs it', (_what, secret, expected) => {
    expect(secret()).not.toBe('');
    expect(holders(secret())).toEqual([...expected]);
  });

  it('lets nobody but the owner read, but for the authority’s certificate', () => {
    const open = readers().flatMap((reader) => readdirSync(join(root, reader)).map((name) => join(reader, name))).filter((path) => (statSync(join(root, path)).mode & 0o077) !== 0);
    expect(open).toEqual(['public/ca.crt']);
  });

  it('makes certificates under which clients find the servers', () => {
    const names = (path: string): X509Certificate => new X509Certificate(read(path));
    expect(names('nats/tls.crt').checkHost('nats')).toBe('nats');
    expect(names('postgres/tls.crt').checkHost('postgres')).toBe('postgres');
    expect(names('api/tls.crt').checkHost('kubernetes')).toBe('kubernetes');
    expect(names('api/tls.crt').checkIP('10.96.0.1')).toBe('10.96.0.1');
  });

  it('changes no key, certificate or password when it runs again', async () => {
    const again = await setUp(root, NOW + DAY);
    expect(kept(again)).toEqual([]);
    expect(kept(written).length).toBeGreaterThan(0);
  });

  it('renews what ends soon and keeps the authority and all keys of data', async () => {
    const again = await setUp(root, NOW + 300 * DAY);
    expect(kept(again)).toEqual(expect.arrayContaining(['admin/tls.crt', 'admin/tls.key', 'api/tls.crt', 'api/tls.key', 'nats/tls.crt', 'nats/tls.key', 'postgres/tls.crt', 'postgres/tls.key']));
    expect(kept(again).filter((path) => /ca\.(crt|key)|encryption|service-account|password|signer/.test(path))).toEqual([]);
  });

  it('mends what a run that was killed between two files left', async () => {
    writeFileSync(join(root, 'state/nats.key'), read('state/postgres.key'));
    await setUp(root, NOW + 300 * DAY);
    expect(new X509Certificate(read('nats/tls.crt')).checkPrivateKey(createPrivateKey(read('nats/tls.key')))).toBe(true);
  });
});
