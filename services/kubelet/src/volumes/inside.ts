import { relative, sep } from 'node:path';

/** Whether a path is a directory or something below it, by its name. */
export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
