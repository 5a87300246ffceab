import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureServiceAccountKeys } from './service-account-key.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-sa-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the keys of service account tokens', () => {
  it('are made once, an RSA key that only its owner reads', async () => {
    const keys = await ensureServiceAccountKeys(folder);
    expect([keys.length, createPrivateKey(keys[0]!).asymmetricKeyType, statSync(join(folder, 'sa.key')).mode & 0o777]).toEqual([1, 'rsa', 0o600]);
    expect(await ensureServiceAccountKeys(folder)).toEqual(keys);
  });

  it('change when the current one is renamed: the former one goes on verifying', async () => {
    const [former] = await ensureServiceAccountKeys(folder);
    renameSync(join(folder, 'sa.key'), join(folder, 'sa-2026.key'));
    const keys = await ensureServiceAccountKeys(folder);
    expect(keys).toEqual([expect.not.stringContaining(former!), former]);
  });
});
