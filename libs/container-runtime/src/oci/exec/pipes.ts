import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../command.js';

export interface Pipe {
  /** The descriptor for the child; closed by whoever starts that. */
  readonly childEnd: number;
  readonly ownEnd: Socket;
}

/** Pipes of a command; `in` is written by this process, the others are read. */
export interface Pipes {
  readonly in?: Pipe;
  readonly out?: Pipe;
  readonly err?: Pipe;
}

/** Anyone in the container may open `/dev/stdout` and its likes anew. */
const MODE = '666';

/**
 * Pipes as a shell makes them. Node gives children sockets, which `/dev/stdin`, `/dev/stdout` and `/dev/stderr` cannot be opened on; what it
 * can open are named pipes, whose names are gone as soon as they are open.
 */
export async function makePipes(directory: string, names: readonly (keyof Pipes)[]): Promise<Pipes> {
  if (names.length === 0) return {};
  const paths = names.map((name) => join(directory, name));
  await runCommand('mkfifo', ['-m', MODE, ...paths]);
  const pipes = names.map((name, index) => [name, openPipe(paths[index] ?? '', name === 'in')] as const);
  await Promise.all(paths.map((path) => rm(path)));
  return Object.fromEntries(pipes);
}

/** Opened for both first, so that the others find a reader and a writer and do not wait for one. */
function openPipe(path: string, isInput: boolean): Pipe {
  const both = openSync(path, constants.O_RDWR);
  const [reading, writing] = [openSync(path, constants.O_RDONLY), openSync(path, constants.O_WRONLY)];
  closeSync(both);
  return isInput
    ? { childEnd: reading, ownEnd: new Socket({ fd: writing, readable: false, writable: true }) }
    : { childEnd: writing, ownEnd: new Socket({ fd: reading, readable: true, writable: false }) };
}
