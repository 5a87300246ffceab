import { readFile } from 'node:fs/promises';
import type { Cgroups } from './cgroups.js';

export interface Usage {
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
}

/** What the group of a container has used; undefined where it is gone. */
export async function readUsage(cgroups: Cgroups, group: string): Promise<Usage | undefined> {
  const read = (controller: 'memory' | 'cpuacct', name: string): Promise<string> => readFile(cgroups.file(group, controller, name), 'utf8');
  try {
    if (cgroups.version === 2) {
      const [cpu, memory, detail] = await Promise.all([read('cpuacct', 'cpu.stat'), read('memory', 'memory.current'), read('memory', 'memory.stat')]);
      return { cpuNanoseconds: valueOf(cpu, 'usage_usec') * 1000, memoryWorkingSetBytes: workingSet(Number(memory), valueOf(detail, 'inactive_file')) };
    }
    const [cpu, memory, detail] = await Promise.all([read('cpuacct', 'cpuacct.usage'), read('memory', 'memory.usage_in_bytes'), read('memory', 'memory.stat')]);
    return { cpuNanoseconds: Number(cpu), memoryWorkingSetBytes: workingSet(Number(memory), valueOf(detail, 'total_inactive_file')) };
  } catch {
    return undefined;
  }
}

/** How often the kernel has killed something of the group for want of memory. */
export async function oomKills(cgroups: Cgroups, group: string): Promise<number> {
  const text = await readFile(cgroups.file(group, 'memory', cgroups.version === 2 ? 'memory.events' : 'memory.oom_control'), 'utf8').catch(() => '');
  return valueOf(text, 'oom_kill');
}

/** What cannot be dropped at once: all but the file cache that nobody has used for a while. */
function workingSet(usage: number, inactiveFile: number): number {
  return Math.max(0, usage - inactiveFile);
}

/** The number after a word at the beginning of a line; 0 where there is none. */
export function valueOf(text: string, word: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${word} `));
  return line === undefined ? 0 : Number(line.slice(word.length + 1));
}
