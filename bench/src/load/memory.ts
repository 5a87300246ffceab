import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { descendantsOf } from './processes.js';

/** Megabytes that a process and its descendants hold for themselves: shared pages are divided among their users (PSS). */
export async function residentMegabytes(pid: number): Promise<{ own: number; children: number }> {
  const sizes = await Promise.all((await descendantsOf(pid)).map(proportional));
  return { own: await proportional(pid), children: sizes.reduce((sum, size) => sum + size, 0) };
}

/** What pods are made of, in either runtime: the engine, reapers, what holds namespaces, and `sleep`, which the pods of benchmarks run. */
const OF_PODS = new Set(['dockerd', 'containerd', 'containerd-shim', 'conmon', 'pause', 'sleep']);

/** Megabytes of all processes of the machine that pods are made of. */
export async function podMegabytes(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const sizes = await Promise.all(pids.map(async (pid) => (OF_PODS.has(await nameOf(pid)) ? proportional(pid) : 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** At most 15 letters, as the kernel keeps it. */
async function nameOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'latin1').catch(() => '')).trim();
}

async function proportional(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

/** Lets the peak of a process count from now on; answers what it holds now, in megabytes. Linux only. */
export function restartPeak(pid: number): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return peakMegabytes(pid);
}

/** The most that a process has held since then. */
export function peakMegabytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
}
