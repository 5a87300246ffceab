import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, command } from './commands.js';

/** Where `ip netns` has names for namespaces. */
const FOLDER = '/run/netns';

/** A network namespace with a name, which needs no process to live. Idempotent. Returns its path. */
export async function ensureNamespace(name: string): Promise<string> {
  const path = join(FOLDER, name);
  if (await isMounted(path)) return path;
  // A machine that lost its power may have kept the file that the namespace was mounted on.
  await rm(path, { force: true });
  await command('ip', 'netns', 'add', name);
  return path;
}

export async function removeNamespace(name: string): Promise<void> {
  await attempt('ip', 'netns', 'del', name);
  await rm(join(FOLDER, name), { force: true });
}

/** Names, also of files that no namespace is mounted on. */
export async function namespacesWith(prefix: string): Promise<string[]> {
  return (await readdir(FOLDER).catch((): string[] => [])).filter((name) => name.startsWith(prefix));
}

async function isMounted(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  // `/run` may be `/var/run` or the other way round in what the kernel says.
  const name = path.split('/').at(-1) ?? '';
  return mounts.split('\n').some((line) => line.split(' ')[4]?.endsWith(`/netns/${name}`) === true);
}
