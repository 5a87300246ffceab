import { readFile } from 'node:fs/promises';

/** Mount points of this process's mount namespace at or below a directory (its real path), the innermost first. Linux only. */
export async function mountsBelow(directory: string): Promise<string[]> {
  return (await ownMountPoints()).filter((path) => path === directory || path.startsWith(`${directory}/`)).reverse();
}

/** In the order in which they were mounted. */
export async function ownMountPoints(): Promise<string[]> {
  return parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Mount points in the order of the text of a `/proc/<pid>/mountinfo`. */
export function parseMountPoints(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))];
  });
}
