import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the nodes that share a volume, each by its number; what makes a node that node is in it. */
export interface NodeFolders {
  path(number: number): string;
  /** Makes it, readable by nobody else. */
  ensure(number: number): Promise<string>;
  numbers(): Promise<number[]>;
}

export function nodeFolders(root: string): NodeFolders {
  const path = (number: number): string => join(root, String(number));
  return {
    path,
    async ensure(number) {
      await mkdir(path(number), { recursive: true, mode: 0o700 });
      return path(number);
    },
    numbers: async () => (await readdir(root)).filter((name) => /^[1-9]\d*$/.test(name)).map(Number),
  };
}
