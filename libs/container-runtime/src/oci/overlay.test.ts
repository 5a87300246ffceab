import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountsBelow } from '@gantry/machine';
import { ociAbsent } from './oci-harness.suite.js';
import { mountOverlay, unmountOverlay } from './overlay.js';
import { ociPlaces } from './places.js';
import type { ContainerPlaces } from './places.js';

describe('the file system of a container', () => {
  let folder = '';
  let places: ContainerPlaces;
  beforeEach((context) => {
    const absent = ociAbsent();
    if (absent !== undefined) context.skip(absent);
    // What stands in such a path must not be taken for an option.
    folder = mkdtempSync(join(tmpdir(), 'gantry-overlay,lowerdir=:'));
    places = ociPlaces(folder).container('c');
    mkdirSync(places.directory, { recursive: true });
  });
  afterEach(async () => {
    await unmountOverlay(places);
    rmSync(folder, { recursive: true, force: true });
  });

  const layer = (name: string, files: Record<string, string>): string => {
    const path = join(folder, 'layers-with-a-long-name-of-their-own'.repeat(4), name);
    mkdirSync(path, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  };

  test('has the layers of its image, the last over the others, however many there are', async () => {
    const layers = Array.from({ length: 127 }, (_, index) => layer(String(index), { same: String(index), [`own-${index}`]: '' }));
    await mountOverlay(places, layers);
    expect(readFileSync(join(places.rootfs, 'same'), 'utf8')).toBe('126');
    expect(readdirSync(places.rootfs)).toHaveLength(128);
  });

  test('takes what is written, and the layers do not', async () => {
    const only = layer('only', { file: 'old' });
    chmodSync(only, 0o700);
    await mountOverlay(places, [only]);
    writeFileSync(join(places.rootfs, 'file'), 'new');
    expect([readFileSync(join(only, 'file'), 'utf8'), readFileSync(join(places.upper, 'file'), 'utf8')]).toEqual(['old', 'new']);
    expect(statSync(places.rootfs).mode & 0o777).toBe(0o755);
  });

  test('of an image without layers is empty', async () => {
    await mountOverlay(places, []);
    expect(readdirSync(places.rootfs)).toEqual([]);
  });

  test('is gone once it is unmounted, also when it is in use', async () => {
    await mountOverlay(places, [layer('one', { file: '' })]);
    expect(await mountsBelow(places.directory)).toEqual([places.rootfs]);
    await unmountOverlay(places);
    await unmountOverlay(places);
    expect(await mountsBelow(places.directory)).toEqual([]);
    expect(existsSync(join(places.rootfs, 'file'))).toBe(false);
  });
});
