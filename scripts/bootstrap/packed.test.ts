import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameCurrent, packedFolder, packedProgram } from '../../cli/bin/packed.mjs';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'gantry-packed-'));
  for (const file of ['libs/a/dist/.tsbuildinfo', 'services/b/dist/.tsbuildinfo', 'cluster/dist/.tsbuildinfo', 'cli/dist/.tsbuildinfo', 'node_modules/.package-lock.json']) write(file, 100);
  write('cli/dist/packed/one/gantry/main.js', 200);
  nameCurrent('one', second(200), top);
});
afterEach(() => rmSync(top, { recursive: true }));

function second(count: number): Date {
  return new Date(count * 1000);
}

/** A file that was written at that second. */
function write(file: string, at: number): void {
  const path = join(top, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, at, at);
}

describe('a packed program', () => {
  it('is used for as long as nothing is newer', () => {
    expect(packedProgram('gantry', top)).toBe(join(top, 'cli/dist/packed/one/gantry/main.js'));
  });

  it.each(['libs/a/dist/.tsbuildinfo', 'services/b/dist/.tsbuildinfo', 'cluster/dist/.tsbuildinfo', 'node_modules/.package-lock.json'])('is not used once %s is newer', (file) => {
    write(file, 300);
    expect(packedProgram('gantry', top)).toBeUndefined();
  });

  it('is not used where it is not there', () => {
    expect(packedProgram('another', top)).toBeUndefined();
    nameCurrent('two', second(200), top);
    expect(packedProgram('gantry', top)).toBeUndefined();
    rmSync(packedFolder('current', top));
    expect(packedProgram('gantry', top)).toBeUndefined();
  });

  it('is not used where something was compiled while it was made, also by a slower one that began before', () => {
    write('libs/a/dist/.tsbuildinfo', 300);
    write('cli/dist/packed/two/gantry/main.js', 400);
    nameCurrent('two', second(350), top);
    expect(packedProgram('gantry', top)).toBe(join(top, 'cli/dist/packed/two/gantry/main.js'));
    nameCurrent('one', second(250), top);
    expect(packedProgram('gantry', top)).toBeUndefined();
  });

  it('gives way to the next one', () => {
    write('cli/dist/packed/two/gantry/main.js', 400);
    nameCurrent('two', second(400), top);
    expect(packedProgram('gantry', top)).toBe(join(top, 'cli/dist/packed/two/gantry/main.js'));
  });
});
