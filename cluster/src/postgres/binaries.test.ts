import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeFolder, provideBinaries } from './binaries.js';

const NOBODY = { uid: 65534, gid: 65534 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-binaries-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The package as npm leaves it: without the links that its install script would make. */
async function installedPackage(): Promise<string> {
  const original = await nativeFolder();
  const installed = join(folder, 'closed', 'package');
  mkdirSync(installed, { recursive: true });
  cpSync(join(dirname(original), 'package.json'), join(installed, 'package.json'));
  cpSync(original, join(installed, 'native'), { recursive: true, verbatimSymlinks: true, filter: (path) => !/\.so(\.\d+)?$/.test(path) || !/lib(icu|pq|pgtypes|ecpg)/.test(path) });
  return join(installed, 'native');
}

describe('the programs of the embedded Postgres', () => {
  it('run from the package, once its links are made', async () => {
    const native = await installedPackage();
    const { postgres } = await provideBinaries(join(folder, 'copy'), undefined, native);
    expect(postgres).toBe(join(native, 'bin', 'postgres'));
    expect(readlinkSync(join(native, 'lib', 'libicuuc.so.60'))).toBe('libicuuc.so.60.2');
  });

  it.runIf(process.getuid?.() === 0)('run from a copy where the package is in a folder closed to others', async () => {
    const native = await installedPackage();
    chmodSync(join(folder, 'closed'), 0o700);
    const { initdb } = await provideBinaries(join(folder, 'copy'), NOBODY, native);
    expect(initdb.startsWith(join(folder, 'copy'))).toBe(true);
    expect(execFileSync(initdb, ['--version'], { ...NOBODY, cwd: '/', encoding: 'utf8' })).toContain('PostgreSQL) 18');
    expect(await provideBinaries(join(folder, 'copy'), NOBODY, native)).toMatchObject({ initdb });
  });
});
