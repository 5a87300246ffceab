import { readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_CAPABILITIES, boundingSet, capabilitiesOf } from '../capabilities.js';
import type { Cgroups } from './cgroups.js';
import type { Machine } from './spec/container-spec.js';
import type { SpecDevice } from './spec/runtime-spec.js';

/** What this process can give to containers on this machine. */
export function describeMachine(cgroups: Cgroups): Machine {
  const mask = boundingSet(() => '/proc/self/status');
  return {
    cgroupVersion: cgroups.version,
    swap: cgroups.swap,
    architecture: process.arch,
    capabilities: mask === undefined ? ALL_CAPABILITIES : capabilitiesOf(mask),
    oomScore: Number(readFileSync('/proc/self/oom_score_adj', 'utf8')),
  };
}

/** Of these every container has its own. */
const OWN_TO_CONTAINERS = new Set(['pts', 'shm', 'fd', 'mqueue', 'console', '.lxc', '.lxd-mounts', '.udev']);

/** The devices of the machine, which a privileged container has too. */
export async function machineDevices(directory = '/dev'): Promise<SpecDevice[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(directory, entry.name);
      if (OWN_TO_CONTAINERS.has(entry.name)) return [];
      if (entry.isDirectory()) return machineDevices(path);
      return entry.isCharacterDevice() || entry.isBlockDevice() ? describeDevice(path) : [];
    }),
  );
  return found.flat();
}

async function describeDevice(path: string): Promise<SpecDevice[]> {
  // It may be gone by now.
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  if (stat === undefined) return [];
  return [{ path, type: stat.isBlockDevice() ? 'b' : 'c', ...deviceNumbers(stat.rdev), fileMode: Number(stat.mode & 0o7777n), uid: Number(stat.uid), gid: Number(stat.gid) }];
}

/** As the C library of Linux packs them. */
function deviceNumbers(rdev: bigint): { major: number; minor: number } {
  return { major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)), minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)) };
}
