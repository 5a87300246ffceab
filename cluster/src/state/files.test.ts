import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterError } from '../options.js';
import { explainFileError, readFileIfAny, readJsonIfAny, writeFileAtomic } from './files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of state', () => {
  it('is replaced whole, readable by its owner alone, with no draft left beside it', async () => {
    const path = join(folder, 'deep', 'file');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['file']);
  });

  it('that does not exist reads as nothing', async () => {
    expect(await readFileIfAny(join(folder, 'none'))).toBeUndefined();
  });

  it('that is damaged is named, with what to do', async () => {
    const path = join(folder, 'cluster.json');
    writeFileSync(path, '{"port": 64');
    await expect(readJsonIfAny(path)).rejects.toThrow(`${path} is damaged: it is not JSON`);
  });

  it('in whose way another file stands is refused in words', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileAtomic(join(folder, 'file', 'below'), 'x')).rejects.toThrow(ClusterError);
  });
});

describe("the operating system's refusal", () => {
  it.each([
    ['EACCES', 'there is no right to write /home/x'],
    ['EROFS', 'the file system is read-only: /home/x'],
    ['ENOSPC', 'the disk is full: cannot write /home/x'],
  ])('%s reads: %s', (code, text) => {
    const explained = explainFileError(Object.assign(new Error(code), { code }), '/home/x');
    expect(explained).toBeInstanceOf(ClusterError);
    expect(explained).toMatchObject({ message: text, hint: expect.stringContaining('--home') as string });
  });

  it('that nobody has words for stays as it is', () => {
    const error = Object.assign(new Error('odd'), { code: 'EODD' });
    expect(explainFileError(error, '/home/x')).toBe(error);
  });
});
