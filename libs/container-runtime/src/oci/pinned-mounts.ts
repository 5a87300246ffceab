import { closeSync, fstatSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openInside } from '../open-inside.js';
import type { Mount } from '../runtime.js';
import { runCommand } from './command.js';
import type { ContainerPlaces } from './places.js';

/**
 * Parts of volumes are bound to places of the container before the runtime is told of them: by its path a part could be another thing
 * when the runtime comes to it, since containers that run may write to the volume.
 */
export async function pinMounts(places: ContainerPlaces, mounts: readonly Mount[]): Promise<Mount[]> {
  const pinned = await Promise.allSettled(mounts.map((mount, index) => (mount.within === undefined ? mount : pin(places, mount, mount.within, index))));
  // Not before all is over: what is mounted after the container was taken away again would be removed with it, the volume's own files.
  return pinned.map((each) => (each.status === 'fulfilled' ? each.value : raise(each.reason)));
}

function raise(reason: unknown): never {
  throw reason;
}

async function pin({ binds }: ContainerPlaces, mount: Mount, within: string, index: number): Promise<Mount> {
  const target = join(binds, String(index));
  const descriptor = openInside(within, mount.hostPath);
  try {
    await mkdir(binds, { recursive: true });
    await (fstatSync(descriptor).isDirectory() ? mkdir(target) : writeFile(target, ''));
    // Not with all that is mounted below: to take that away again would take it away there too.
    await runCommand('mount', ['--no-canonicalize', '--bind', `/proc/${process.pid}/fd/${descriptor}`, target]);
    return { ...mount, hostPath: target };
  } finally {
    closeSync(descriptor);
  }
}
