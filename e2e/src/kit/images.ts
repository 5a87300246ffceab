import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineReason } from './engine.js';
import type { RuntimeUnderTest } from './form.js';
import { run, runOk } from './run.js';

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
  for (const image of images) await loadOnce(image);
  return undefined;
}

async function loadOnce(image: string): Promise<void> {
  const gantry = [join(REPOSITORY, 'cli/bin/gantry.mjs'), 'image'];
  const env = environmentOf('oci');
  const listed = await runOk(process.execPath, [...gantry, 'list', '--output', 'json'], { env });
  if (listed.includes(image)) return;
  const script = 'set -o pipefail; docker save "$1" | "$2" "$3" image load -';
  const { code, stdout, stderr } = await run('bash', ['-c', script, 'load', image, process.execPath, gantry[0] ?? ''], { env });
  if (code !== 0) throw new Error(`the image ${image} could not be loaded: ${stdout}${stderr}`);
}
