import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The size of the file system that a folder stands on, or will stand on, as a quantity. */
export async function diskSize(folder: string): Promise<string> {
  const size = await statfs(folder).catch(() => undefined);
  if (size === undefined) return dirname(folder) === folder ? '0' : diskSize(dirname(folder));
  return `${Math.floor((size.blocks * size.bsize) / 1024)}Ki`;
}
