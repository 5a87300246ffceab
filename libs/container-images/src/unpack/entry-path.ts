import { isUtf8 } from 'node:buffer';
import { refused } from '../image-error.js';

/** Names hold a byte in each character: this is what they are on disk. */
export function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** A path as an argument of a program, which holds nothing but UTF-8; undefined for one that would become another path. */
export function argumentOf(path: string): string | undefined {
  const bytes = bytesOf(path);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/**
 * The path of an entry below its root, without `.` and slashes at the ends: '' is the root itself. Throws `invalid` for one that
 * begins at the machine's root or leads out.
 */
export function pathInside(name: string, what = 'entry'): string {
  if (name.startsWith('/')) throw refused(`the ${what} "${name}" has an absolute path`);
  if (name.includes('\0')) throw refused(`the ${what} "${name.replaceAll('\0', '\\0')}" has a zero byte in its path`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(`the ${what} "${name}" leads out of its place by ".."`);
  return parts.join('/');
}

/** Throws where a relative symbolic link leads above the root. What is absolute begins at the container's root, as all of its paths. */
export function checkLink(path: string, target: string): void {
  if (target === '' || target.includes('\0')) throw refused(`the symbolic link "${path}" leads nowhere`);
  if (target.startsWith('/')) return;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) throw refused(`the symbolic link "${path}" leads out of the image: ${target}`);
  }
}

/** '' for what is directly in the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
