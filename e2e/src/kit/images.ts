import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openImageStore, type ImageStore } from '@gantry/container-images';
import { engineReason } from './engine.js';
import type { RuntimeUnderTest } from './form.js';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** One store for all tests of this checkout: an image is unpacked once. */
const FOLDER = join(tmpdir(), `gantry-images-${createHash('sha256').update(REPOSITORY).digest('hex').slice(0, 8)}`);

/** What the command, and whatever builds images for it, must be told beside what all are told. */
export function environmentOf(runtime: RuntimeUnderTest): NodeJS.ProcessEnv {
  return runtime === 'docker' ? process.env : { ...process.env, GANTRY_RUNTIME: 'oci', GANTRY_IMAGES: FOLDER };
}

/**
 * Why pods cannot be tested on this runtime here; undefined when they can. Images for containers without an engine come from an engine all the
 * same: no test reaches a registry.
 */
export async function runtimeReason(runtime: RuntimeUnderTest, images: readonly string[]): Promise<string | undefined> {
  const reason = await engineReason(images);
  if (reason !== undefined || runtime === 'docker') return reason;
  const store = await openImageStore({ root: FOLDER });
  for (const image of images) await loadOnce(store, image);
  await store.close();
  return undefined;
}

async function loadOnce(store: ImageStore, image: string): Promise<void> {
  if ((await store.get(image)) !== undefined) return;
  const saving = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  await store.load(saving.stdout);
}
