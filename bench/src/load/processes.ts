import { readdir, readFile } from 'node:fs/promises';

/** Processes that a process began, and those that they began. Linux only. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = await parentsByPid();
  return [...parents.keys()].filter((candidate) => candidate !== pid && descendsFrom(candidate, pid, parents));
}

async function parentsByPid(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    const parent = stat.split(') ').pop()?.split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  return parents;
}

function descendsFrom(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === ancestor) return true;
  return false;
}
