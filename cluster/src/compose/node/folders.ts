import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A node's two folders in the volume that the nodes of an engine share, below its number. */
export interface NodeFolder {
  /** Its key and certificate: whoever has them is the node. They stay, so that a node that comes back need not wait for its name. */
  readonly identity: string;
  /** The kubelet's directory: there as long as there may be something of the node in the cluster or on the engine. */
  readonly data: string;
}

export interface NodeFolders {
  of(number: number): NodeFolder;
  /** Makes them, readable by nobody else. */
  ensure(number: number): Promise<NodeFolder>;
  /** Nodes that have a kubelet's directory. */
  inUse(): Promise<number[]>;
  removeData(number: number): Promise<void>;
}

export function nodeFolders(root: string): NodeFolders {
  const of = (number: number): NodeFolder => ({ identity: join(root, String(number), 'identity'), data: join(root, String(number), 'kubelet') });
  return {
    of,
    async ensure(number) {
      const folder = of(number);
      await mkdir(folder.identity, { recursive: true, mode: 0o700 });
      await mkdir(folder.data, { recursive: true, mode: 0o700 });
      return folder;
    },
    async inUse() {
      const numbers = (await readdir(root)).filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
      const used = await Promise.all(numbers.map((number) => access(of(number).data).then(() => true, () => false)));
      return numbers.filter((_, index) => used[index]);
    },
    removeData: (number) => rm(of(number).data, { recursive: true, force: true }),
  };
}
