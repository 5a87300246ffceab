import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { runCommand } from '../command.js';
import { anonymousPipe } from './anonymous-pipe.js';
import type { PipeEnds } from './anonymous-pipe.js';

/** The standard streams in their order. */
export type StreamName = 'in' | 'out' | 'err';
const NAMES: readonly StreamName[] = ['in', 'out', 'err'];

export interface OwnEnds {
  readonly in?: Writable;
  readonly out?: Readable;
  readonly err?: Readable;
}

/** What a command's streams go through. */
export interface Pipes {
  /** For the child. */
  readonly stdio: readonly (number | 'pipe' | 'ignore')[];
  /** Called once, with the child or undefined where none was started: there are no ends then. */
  take(child: ChildProcess | undefined): OwnEnds;
}

/** Node's own, which are sockets: for programs that do not hand on what they are given. */
export function socketPipes(wanted: ReadonlySet<StreamName>): Pipes {
  return {
    stdio: NAMES.map((name) => (wanted.has(name) ? 'pipe' : 'ignore')),
    take: (child) => (child === undefined ? {} : present({ in: child.stdin, out: child.stdout, err: child.stderr })),
  };
}

function present(ends: { readonly in: Writable | null; readonly out: Readable | null; readonly err: Readable | null }): OwnEnds {
  return Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== null));
}

/** Anyone in the container may open `/dev/stdout` and its likes anew. */
const MODE = '666';

/**
 * Pipes as a shell makes them: a socket cannot be opened by the names `/dev/stdin`, `/dev/stdout` and `/dev/stderr`. What is read here are
 * named pipes, whose names are gone as soon as they are open; who opens the input anew must not wait for a writer that has gone.
 */
export async function shellPipes(directory: string, wanted: ReadonlySet<StreamName>): Promise<Pipes> {
  const outputs = await namedPipes(directory, [...wanted].filter((name) => name !== 'in'));
  const pipes = new Map<StreamName, PipeEnds>([...outputs, ...(wanted.has('in') ? [['in', await anonymousPipe()] as const] : [])]);
  const childEnd = (name: StreamName): number | undefined => pipes.get(name)?.[name === 'in' ? 'reading' : 'writing'];
  return {
    stdio: NAMES.map((name) => childEnd(name) ?? 'ignore'),
    take(child) {
      for (const name of pipes.keys()) closeSync(childEnd(name) ?? -1);
      const ends = [...pipes].map(([name, { reading, writing }]) => [name, name === 'in' ? new Socket({ fd: writing, readable: false, writable: true }) : new Socket({ fd: reading, readable: true, writable: false })] as const);
      if (child === undefined) for (const [, end] of ends) end.destroy();
      return child === undefined ? {} : Object.fromEntries(ends);
    },
  };
}

async function namedPipes(directory: string, names: readonly StreamName[]): Promise<[StreamName, PipeEnds][]> {
  const paths = names.map((name) => join(directory, name));
  if (paths.length > 0) await runCommand('mkfifo', ['-m', MODE, ...paths]);
  const pipes = names.map((name): [StreamName, PipeEnds] => [name, openPipe(join(directory, name))]);
  await Promise.all(paths.map((path) => rm(path)));
  return pipes;
}

/** Opened for both first, so that the others find a reader and a writer and do not wait for one. */
function openPipe(path: string): PipeEnds {
  const both = openSync(path, constants.O_RDWR);
  const [reading, writing] = [openSync(path, constants.O_RDONLY), openSync(path, constants.O_WRONLY)];
  closeSync(both);
  return { reading, writing };
}
