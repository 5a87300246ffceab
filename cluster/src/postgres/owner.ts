import { statSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '../options.js';

/** Who runs Postgres: it refuses to run as root. undefined: whoever runs this process. */
export interface PostgresOwner {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody`, on all systems that matter here. */
const UNPRIVILEGED: PostgresOwner = { uid: 65534, gid: 65534 };

/** The owner of data that is there already goes on owning it. */
export function chooseOwner(dataDir: string): PostgresOwner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = statSync(dataDir, { throwIfNoEntry: false });
  return existing && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : UNPRIVILEGED;
}

/** Makes a folder that only the owner (and root) can enter, and its parents. */
export async function makeOwnedFolder(path: string, owner: PostgresOwner | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (owner) await chown(path, owner.uid, owner.gid);
}

/** The first folder on the way to `path` that the owner may not pass; undefined when it can reach `path`. */
export function barrierOnTheWayTo(path: string, owner: PostgresOwner | undefined): string | undefined {
  if (!owner) return undefined;
  const above = dirname(path);
  const barrier = above === path ? undefined : barrierOnTheWayTo(above, owner);
  return barrier ?? (mayEnter(path, owner) ? undefined : path);
}

function mayEnter(path: string, owner: PostgresOwner): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return true;
  if (stat.uid === owner.uid) return (stat.mode & 0o100) !== 0;
  return (stat.mode & (stat.gid === owner.gid ? 0o010 : 0o001)) !== 0;
}

export function requireReachable(path: string, owner: PostgresOwner | undefined): void {
  const barrier = barrierOnTheWayTo(dirname(path), owner);
  if (barrier === undefined) return;
  throw new ClusterError(`Postgres runs without root's rights and cannot reach ${path}: ${barrier} is closed to others`, 'keep the cluster in a folder whose parents others may enter, such as /var/lib/gantry');
}
