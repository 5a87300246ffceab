import { readdir, readFile } from 'node:fs/promises';

/** Megabytes that a process and its descendants hold for themselves: shared pages are divided among their users (PSS). */
export async function residentMegabytes(pid: number): Promise<{ own: number; children: number }> {
  const parents = await parentsByPid();
  const descendants = [...parents.keys()].filter((candidate) => candidate !== pid && descendsFrom(candidate, pid, parents));
  const sizes = await Promise.all(descendants.map(proportional));
  return { own: await proportional(pid), children: sizes.reduce((sum, size) => sum + size, 0) };
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

async function proportional(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}
