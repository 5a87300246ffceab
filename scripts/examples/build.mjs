/**
 * `npm run examples:build`: the images of the examples, with nothing fetched from or pushed to anywhere but what a Dockerfile names: by the local
 * engine, or without one into Gantry's own store. `--runtime docker` or `--runtime oci` says which, or `GANTRY_RUNTIME`; else the engine where one answers.
 */
import { root } from '../bootstrap/paths.mjs';
import { fail, progress, secondsSince } from '../bootstrap/report.mjs';
import { IMAGES } from './images.mjs';
import { buildWithDocker, hasEngine } from './with-docker.mjs';

const [option, wanted] = process.argv.slice(2);
if (option !== undefined && !(option === '--runtime' && ['docker', 'oci'].includes(wanted))) fail('use --runtime docker or --runtime oci, or no option', 2);
const runtime = wanted ?? (hasEngine() && process.env.GANTRY_RUNTIME !== 'oci' ? 'docker' : 'oci');

/** Loads what needs the build only where it is needed. */
async function withoutEngine() {
  const [{ openImageStore }, { defaultHome, imagesFolder }, { buildWithoutEngine }] = await Promise.all([import('@gantry/container-images'), import('@gantry/cluster/lifecycle'), import('./without-engine.mjs')]);
  const store = await openImageStore({ root: imagesFolder(defaultHome()) });
  return { build: (image) => buildWithoutEngine(image, root, store), close: () => store.close() };
}

const builder = runtime === 'docker' ? { build: (image) => buildWithDocker(image, root), close: () => undefined } : await withoutEngine();
for (const [index, image] of IMAGES.entries()) {
  const start = performance.now();
  progress(`building ${image.tag} (${index + 1} of ${IMAGES.length})${runtime === 'docker' ? '' : ' without an engine'}`);
  try {
    await builder.build(image);
  } catch (error) {
    fail(`${image.tag} was not built: ${error.message}`);
  }
  progress(`built ${image.tag} in ${secondsSince(start)}`);
}
await builder.close();
