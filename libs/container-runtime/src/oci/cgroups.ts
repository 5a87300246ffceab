import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** The machine's control groups, of either version. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** Whether swap is accounted for, so that it can be limited. */
  readonly swap: boolean;
  /** The file of a group: in version 1 each controller has a tree of its own. */
  file(group: string, controller: 'memory' | 'cpuacct', name: string): string;
  /** Processes in it, not those of groups below it. */
  processes(group: string): Promise<number[]>;
  /** Makes the group in all trees: while it is there, nobody can take away those above it, which others use too. What cannot be made is told by who needs it. */
  make(group: string): Promise<void>;
  /** Names of the groups in a group, of all trees. */
  children(group: string): Promise<string[]>;
  /** The group in all trees, where nothing is in it. */
  remove(group: string): Promise<void>;
}

export function openCgroups(root = ROOT): Cgroups {
  const version = existsSync(join(root, 'cgroup.controllers')) ? 2 : 1;
  const trees = (): Promise<string[]> => (version === 2 ? Promise.resolve([root]) : readdir(root).then((names) => names.map((name) => join(root, name))));
  const file: Cgroups['file'] = (group, controller, name) => (version === 2 ? join(root, group, name) : join(root, controller, group, name));
  return {
    version,
    swap: accountsForSwap(root, version),
    file,
    async processes(group) {
      const text = await readFile(version === 2 ? join(root, group, 'cgroup.procs') : join(root, 'memory', group, 'cgroup.procs'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '').map(Number);
    },
    async make(group) {
      await Promise.all((await trees()).map((tree) => makeDirectory(join(tree, group))));
    },
    async children(group) {
      const names = await Promise.all((await trees()).map((tree) => directories(join(tree, group))));
      return [...new Set(names.flat())];
    },
    async remove(group) {
      for (const tree of await trees()) await rmdir(join(tree, group)).catch(() => undefined);
    },
  };
}

/** How often a directory is made anew when somebody takes away an empty one above it meanwhile. */
const ATTEMPTS = 20;

async function makeDirectory(path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const failure = await mkdir(path, { recursive: true }).then(() => undefined, ({ code }: NodeJS.ErrnoException) => code);
    if (failure !== 'ENOENT') return;
  }
}

async function directories(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** In version 2 the root group has no such file, but the group of this process has. */
function accountsForSwap(root: string, version: 1 | 2): boolean {
  if (version === 1) return existsSync(join(root, 'memory', 'memory.memsw.limit_in_bytes'));
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
  return existsSync(join(root, own, 'memory.swap.max'));
}

/**
 * In a container of its own control group (version 2) the processes that are there are moved to a group beside those that are to come:
 * a group has processes or limited groups below it, never both. On a machine nothing is to be done.
 */
export async function makeRoomForGroups(root = ROOT): Promise<void> {
  // Only the root of the whole tree has no type, and may have both.
  if (!existsSync(join(root, 'cgroup.controllers')) || !existsSync(join(root, 'cgroup.type'))) return;
  const lines = async (name: string): Promise<string[]> => (await readFile(join(root, name), 'utf8')).split(/\s+/).filter((word) => word !== '');
  const present = await lines('cgroup.procs');
  if (present.length > 0) await mkdir(join(root, 'init'), { recursive: true });
  // What has just ended cannot be moved.
  for (const pid of present) await writeFile(join(root, 'init', 'cgroup.procs'), pid).catch(() => undefined);
  const enabled = new Set(await lines('cgroup.subtree_control'));
  const missing = (await lines('cgroup.controllers')).filter((controller) => !enabled.has(controller));
  if (missing.length > 0) await writeFile(join(root, 'cgroup.subtree_control'), missing.map((controller) => `+${controller}`).join(' '));
}

/** The groups of a node, and of a pod on it. */
export function nodeCgroup({ cluster, node }: { readonly cluster: string; readonly node: string }): string {
  return join('/gantry', cluster, node);
}

export function podCgroup(owner: { readonly cluster: string; readonly node: string }, podUid: string): string {
  return join(nodeCgroup(owner), `pod${podUid}`);
}
