import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** The bytes of one log file, whatever becomes of its name meanwhile. */
export interface LogBytes {
  /** Tells files apart that have a name one after the other; of a compressed one it is not that of what it was made of. */
  readonly inode: number;
  size(): Promise<number>;
  /** Up to so many bytes from there on; less than that, or none: the file has no more now. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

const inflate = promisify(gunzip);

export async function openLogBytes(path: string): Promise<LogBytes> {
  const handle = await open(path, 'r');
  const { ino: inode } = await handle.stat();
  return path.endsWith('.gz') ? compressed(handle, inode) : plain(handle, inode);
}

function plain(handle: FileHandle, inode: number): LogBytes {
  return {
    inode,
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** Held in memory from the first read on: its size is bounded by rotation. */
function compressed(handle: FileHandle, inode: number): LogBytes {
  let whole: Promise<Buffer> | undefined;
  const load = (): Promise<Buffer> => (whole ??= handle.readFile().then((bytes) => inflate(bytes)));
  return {
    inode,
    size: async () => (await load()).length,
    read: async (position, length) => (await load()).subarray(position, position + length),
    close() {
      whole = undefined;
      return handle.close();
    },
  };
}
