import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageStore } from './image-store.js';
import { openImageStore } from './open-image-store.js';

/** Of these, whichever the engine has. */
const IMAGES = ['nginx:1', 'busybox:1.36'];
/** What an engine puts into a container of its own accord. */
const ADDED = ['--exclude=./dev', '--exclude=./proc', '--exclude=./sys', '--exclude=./.dockerenv', '--exclude=./etc/hostname', '--exclude=./etc/hosts', '--exclude=./etc/resolv.conf', '--exclude=./etc/mtab'];
const docker = (...args: string[]): string => execFileSync('docker', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();

const isRoot = process.getuid?.() === 0;
const present = isRoot ? IMAGES.filter((image) => spawnSync('docker', ['image', 'inspect', image]).status === 0) : [];

let place: string;
let store: ImageStore;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-engine-'));
  store = await openImageStore({ root: join(place, 'store') });
});
afterEach(async () => {
  await store.close();
  await rm(place, { recursive: true, force: true });
});

describe.skipIf(present.length === 0)('an image that an engine has saved (needs root and a Docker engine with nginx:1 or busybox:1.36)', () => {
  test.each(present)('%s is to a container what the engine makes of it', { timeout: 120_000 }, async (image) => {
    const saving = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [loaded] = await store.load(saving.stdout);
    expect(loaded?.id).toBe(docker('image', 'inspect', '--format', '{{.Id}}', image));
    const config = JSON.parse(docker('image', 'inspect', '--format', '{{json .Config}}', image)) as { Env: string[]; Cmd: string[] | null };
    expect(loaded?.config.Env).toEqual(config.Env);
    expect(loaded?.config.Cmd ?? null).toEqual(config.Cmd);
    const container = docker('create', '--label', 'io.gantry.cluster=test-images', image, 'none');
    try {
      expect(ours(loaded!.layers)).toEqual(theirs(container));
    } finally {
      docker('rm', '--volumes', container);
    }
  });
});

/** Names, kinds, modes, owners, sizes, links and times of all files. */
function ours(layers: readonly string[]): string[] {
  const script = `mkdir -p ${place}/merged ${place}/empty && mount -t overlay overlay -o lowerdir=${layers.toReversed().join(':')}:${place}/empty ${place}/merged && cd ${place}/merged && tar --create --sort=name ${ADDED.join(' ')} . | ${LIST}`;
  return lines(execFileSync('unshare', ['--mount', 'sh', '-c', script], { maxBuffer: 2 ** 26 }));
}

function theirs(container: string): string[] {
  const script = `mkdir ${place}/export && docker export ${container} | tar --extract --same-owner --same-permissions --directory=${place}/export && cd ${place}/export && tar --create --sort=name ${ADDED.join(' ')} . | ${LIST}`;
  return lines(execFileSync('sh', ['-c', script], { maxBuffer: 2 ** 26 }));
}

const LIST = 'tar --list --verbose --numeric-owner --full-time';

/** The times of directories that the engine has put something into are its own. */
function lines(output: Buffer): string[] {
  return output.toString('latin1').trim().split('\n').map((line) => line.replace(/\s+/g, ' ')).filter((line) => !/ \.\/(etc\/)?$/.test(line));
}
