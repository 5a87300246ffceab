import { stat } from 'node:fs/promises';
import { anySignal, onAbort } from '@gantry/async';
import type { LogBytes } from './log-bytes.js';
import { watchLog } from './log-changes.js';
import type { LogChanges } from './log-changes.js';
import { closeAll, openLogFiles } from './log-files.js';
import { LineReader } from './log-lines.js';

/** Until when a log is followed. */
export interface Following {
  /** Aborts when nothing more is written: what was written before still comes. */
  readonly ended: AbortSignal;
  /** Aborts when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** Called when it is settled where it begins: what is written from then on comes. */
  readonly begun?: () => void;
}

/** Whole lines of a log, from where `begin` has its readers at, and on. */
export async function* followLog(path: string, begin: (files: readonly LogBytes[]) => Promise<readonly LineReader[]>, following: Following): AsyncGenerator<Buffer> {
  // Watched before it is read, so that no change falls between the two.
  const changes = watchLog(path);
  const log = new Followed(path, following, changes);
  try {
    yield* log.lines(begin);
  } finally {
    changes.close();
    await log.close();
  }
}

class Followed {
  #files: LogBytes[] = [];

  constructor(
    private readonly path: string,
    private readonly following: Following,
    private readonly changes: LogChanges,
  ) {}

  async close(): Promise<void> {
    await closeAll(this.#files);
  }

  async *lines(begin: (files: readonly LogBytes[]) => Promise<readonly LineReader[]>): AsyncGenerator<Buffer> {
    const { ended, signal } = this.following;
    this.#files = await openLogFiles(this.path);
    let readers = await begin(this.#files);
    this.following.begun?.();
    while (!signal.aborted) {
      const wasOver = ended.aborted;
      yield* this.#rest(readers);
      const later = await this.#later();
      if (later !== undefined) {
        // The last lines of a file may have come after it was read and before it was rotated.
        yield* this.#rest(readers.slice(-1));
        readers = await this.#turnTo(later);
      } else if (wasOver) return;
      else await this.#change();
    }
  }

  async *#rest(readers: readonly LineReader[]): AsyncGenerator<Buffer> {
    for (const reader of readers) {
      for await (const line of reader.lines()) {
        if (this.following.signal.aborted) return;
        yield line;
      }
    }
  }

  /** The files that came after those that are open; undefined: none. */
  async #later(): Promise<LogBytes[] | undefined> {
    const present = this.#files.at(-1);
    if ((await inodeOf(this.path)) === present?.inode) return undefined;
    const files = await openLogFiles(this.path);
    const known = present === undefined ? 0 : (await indexOf(files, present)) + 1;
    await closeAll(files.slice(0, known));
    return files.length > known ? files.slice(known) : undefined;
  }

  async #turnTo(files: LogBytes[]): Promise<LineReader[]> {
    await closeAll(this.#files);
    this.#files = files;
    return files.map((bytes) => new LineReader(bytes, 0));
  }

  /** Resolves at the next change of the log, when it has ended, or when nobody wants it. */
  async #change(): Promise<void> {
    const { signal: over, dispose } = anySignal([this.following.ended, this.following.signal]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const release = onAbort(over, () => resolve());
    await Promise.race([this.changes.next(), promise]);
    release();
    dispose();
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({ ino }) => ino, () => undefined);
}

/** Which of the files that is; -1: it is older than all of them. One that was compressed meanwhile begins with the same line. */
async function indexOf(files: readonly LogBytes[], wanted: LogBytes): Promise<number> {
  const same = files.findIndex(({ inode }) => inode === wanted.inode);
  if (same >= 0) return same;
  const beginning = await firstLine(wanted);
  for (const [index, file] of files.entries()) if (beginning.length > 0 && (await firstLine(file)).equals(beginning)) return index;
  return -1;
}

async function firstLine(bytes: LogBytes): Promise<Buffer> {
  for await (const line of new LineReader(bytes, 0).lines()) return line;
  return Buffer.alloc(0);
}
