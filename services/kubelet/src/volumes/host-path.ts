import { mkdir, stat, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { isInside } from './inside.js';
import { realMachinePath, resolvedMachinePath } from './machine-path.js';
import { MountError } from './mount-error.js';

export interface HostPathSettings {
  /** Paths that no pod may see, nor anything below or above them. */
  readonly forbidden: readonly string[];
  /** Where this process sees the root directory of the machine that is meant; empty: its own. */
  readonly machineRoot: string;
}

/** The path of the node that a pod sees, without links, as the machine names it. */
export async function hostPath(name: string, { path, type = '' }: coreV1.HostPathVolumeSource, settings: HostPathSettings): Promise<string> {
  const { machineRoot } = settings;
  const place = await resolvedMachinePath(machineRoot, path);
  if (await isForbidden(place, settings)) throw new MountError(name, `hostPath ${path} would give access to the node itself`);
  // Without links, also of what does not exist yet: none may lead this process out of the machine's files.
  const seen = machineRoot === '' ? path : join(machineRoot, place);
  await make(name, seen, type);
  await checkType(name, path, seen, type);
  const real = await realMachinePath(machineRoot, path).catch(() => undefined);
  if (real === undefined) throw new MountError(name, `hostPath ${path} does not exist`);
  // What was made in the meantime may lead elsewhere.
  if (await isForbidden(real, settings)) throw new MountError(name, `hostPath ${path} would give access to the node itself`);
  return real;
}

async function make(name: string, path: string, type: string): Promise<void> {
  try {
    if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
    if (type === 'FileOrCreate') await writeFile(path, '', { flag: 'a', mode: 0o644 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What is in the way is of another type, which the check says.
    if (code !== 'EEXIST' && code !== 'EISDIR' && code !== 'ENOTDIR') throw new MountError(name, message);
  }
  // An engine creates nothing for a bind: a path without a type is made as a directory, as engines did.
  if (type === '') await mkdir(path, { recursive: true }).catch(() => undefined);
}

const CHECKS: Readonly<Record<string, { readonly what: string; fits(info: Stats): boolean }>> = {
  Directory: { what: 'a directory', fits: (info) => info.isDirectory() },
  DirectoryOrCreate: { what: 'a directory', fits: (info) => info.isDirectory() },
  File: { what: 'a file', fits: (info) => !info.isDirectory() },
  FileOrCreate: { what: 'a file', fits: (info) => !info.isDirectory() },
  Socket: { what: 'a socket file', fits: (info) => info.isSocket() },
  CharDevice: { what: 'a character device', fits: (info) => info.isCharacterDevice() },
  BlockDevice: { what: 'a block device', fits: (info) => info.isBlockDevice() },
};

async function checkType(name: string, path: string, seen: string, type: string): Promise<void> {
  if (type === '') return;
  const check = CHECKS[type];
  if (check === undefined) throw new MountError(name, `${type} is an invalid volume type`);
  const info = await stat(seen).catch(() => undefined);
  if (info === undefined || !check.fits(info)) throw new MountError(name, `hostPath type check failed: ${path} is not ${check.what}`);
}

/** By its name and by where that leads: `/var/run/docker.sock` is `/run/docker.sock` on most machines, and `path` has no links left. */
async function isForbidden(path: string, { forbidden, machineRoot }: HostPathSettings): Promise<boolean> {
  const real = await Promise.all(forbidden.map((one) => realMachinePath(machineRoot, one).catch(() => one)));
  return [...forbidden, ...real].some((one) => isInside(path, one) || isInside(one, path));
}
