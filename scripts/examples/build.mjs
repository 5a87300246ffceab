/**
 * `npm run examples:build`: the images of the examples, by the local engine, with nothing pushed anywhere. Plain JavaScript without
 * dependencies: it needs neither the installed packages nor a build.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';
import { fail, progress, secondsSince } from '../bootstrap/report.mjs';

/** Everything that is built, in order. */
const IMAGES = [
  { tag: 'gantry-guestbook:1', folder: 'examples/guestbook', args: { VERSION: '1' } },
  { tag: 'gantry-guestbook:2', folder: 'examples/guestbook', args: { VERSION: '2' } },
];

function build({ tag, folder, args }) {
  const options = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const result = spawnSync('docker', ['build', '--quiet', ...options, '--tag', tag, join(root, folder)], { encoding: 'utf8' });
  if (result.error?.code === 'ENOENT') fail('the images are built by Docker, and there is no `docker` on the PATH');
  if (result.status !== 0) fail(`${tag} was not built:\n${result.stdout}${result.stderr}`);
}

for (const [index, image] of IMAGES.entries()) {
  const start = performance.now();
  progress(`building ${image.tag} (${index + 1} of ${IMAGES.length})`);
  build(image);
  progress(`built ${image.tag} in ${secondsSince(start)}`);
}
