import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Whether Docker's own client finds an engine. */
export function hasEngine() {
  return spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
}

/** Builds an image by its Dockerfile. Throws with what the engine said. */
export function buildWithDocker({ tag, folder, args }, root) {
  const options = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const result = spawnSync('docker', ['build', '--quiet', ...options, '--tag', tag, join(root, folder)], { encoding: 'utf8' });
  if (result.error) throw new Error(result.error.code === 'ENOENT' ? 'there is no `docker` on the PATH' : result.error.message);
  if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`);
}
