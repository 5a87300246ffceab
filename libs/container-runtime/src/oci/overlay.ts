import { chmod, chown, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runCommand } from './command.js';
import { unmount } from './mount-table.js';
import type { ContainerPlaces } from './places.js';

/**
 * Mounts the layers (lowest first) with a writable one over them. The kernel takes options of one page: the layers are named by short
 * links, relative to the container's directory, which also keeps whatever stands in their real paths out of the options.
 */
export async function mountOverlay(places: ContainerPlaces, layers: readonly string[]): Promise<void> {
  await Promise.all([places.rootfs, places.upper, places.work, places.links].map((path) => mkdir(path, { recursive: true })));
  await openToAll(places.upper, layers.at(-1));
  await Promise.all(layers.map((layer, index) => symlink(layer, join(places.links, linkName(index)))));
  const [upper, work, links] = [places.upper, places.work, places.links].map((path) => basename(path));
  // The topmost comes first. An overlay without any lower layer is none: an empty image gets an empty one.
  const lower = layers.length === 0 ? [await emptyLayer(places)] : layers.map((_, index) => `${links}/${linkName(index)}`).reverse();
  const options = `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`;
  await runCommand('mount', ['-t', 'overlay', 'overlay', '-o', options, basename(places.rootfs)], { cwd: places.directory });
}

/** With the parts of volumes that are mounted beside it: none may be left, since all below the container's directory is removed. */
export async function unmountOverlay({ rootfs, binds }: ContainerPlaces): Promise<void> {
  const parts = await readdir(binds).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));
  await unmount([rootfs, ...parts.map((name) => join(binds, name))]);
}

/** The root directory is as the writable layer's: whoever the image's belongs to, everybody may look into it, as with other runtimes. */
async function openToAll(upper: string, layer: string | undefined): Promise<void> {
  await chmod(upper, 0o755);
  if (layer === undefined) return;
  const { uid, gid } = await stat(layer);
  if (uid !== 0 || gid !== 0) await chown(upper, uid, gid);
}

function linkName(index: number): string {
  return index.toString(36);
}

async function emptyLayer({ links }: ContainerPlaces): Promise<string> {
  await mkdir(join(links, 'empty'), { recursive: true });
  return `${basename(links)}/empty`;
}
