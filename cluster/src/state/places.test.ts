import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imagesFolder } from './places.js';

const isRoot = process.getuid?.() === 0;

describe('where images are', () => {
  it.each([
    ['of clusters under the usual home', join(homedir(), '.gantry'), {}, isRoot ? '/var/lib/gantry/images' : join(homedir(), '.gantry/.images')],
    ['of clusters under another home', '/tmp/somewhere/', {}, '/tmp/somewhere/.images'],
    ['where GANTRY_IMAGES says', '/tmp/somewhere', { GANTRY_IMAGES: '/srv/images/' }, '/srv/images'],
    ['not where it is empty', '/tmp/somewhere', { GANTRY_IMAGES: '' }, '/tmp/somewhere/.images'],
  ])('%s', (_, home, environment, folder) => {
    expect(imagesFolder(home, environment)).toBe(folder);
  });
});
