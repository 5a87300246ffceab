import { readFile } from 'node:fs/promises';
import { runCommand } from './command.js';

/** Mount points at or below a directory, the innermost first. */
export async function mountsBelow(directory: string): Promise<string[]> {
  const points = mountPoints(await readFile('/proc/self/mountinfo', 'utf8'));
  return points.filter((path) => path === directory || path.startsWith(`${directory}/`)).reverse();
}

/** In the order of `/proc/<pid>/mountinfo`, which is the order in which they were mounted. */
export function mountPoints(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))];
  });
}

/** Takes away what is mounted at these points, also while somebody still looks at it; what is not mounted is no error. */
export async function unmount(points: readonly string[]): Promise<void> {
  if (points.length === 0) return;
  await runCommand('umount', ['-l', ...points]).catch(async (error: unknown) => {
    const left = new Set(mountPoints(await readFile('/proc/self/mountinfo', 'utf8')));
    if (points.some((point) => left.has(point))) throw error;
  });
}
