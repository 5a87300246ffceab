import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@gantry/async';
import { hexOf } from '../digest.js';
import { ImageError, refused } from '../image-error.js';
import { withFileLock } from '../store/lock.js';
import type { StorePlaces } from '../store/places.js';
import type { HttpAnswer } from './http.js';
import { Transient, withRetries } from './retry.js';

export interface DownloadTask {
  readonly digest: string;
  /** Bytes, as the manifest says. */
  readonly size: number;
  /** From a byte on; the answer may begin at the first nonetheless. */
  readonly open: (offset: number) => Promise<HttpAnswer>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Bytes that are there. */
  readonly onBytes: (current: number) => void;
}

const ATTEMPTS = 5;

/** Brings a blob into its place, going on where an earlier download of it, of any process, was cut off. Resolves to its file. */
export function download(places: StorePlaces, task: DownloadTask): Promise<string> {
  // An image may have one layer several times, and others may have it too.
  return withFileLock(join(places.locks, `blob-${hexOf(task.digest)}`), task.signal, () => downloadAlone(places, task));
}

async function downloadAlone(places: StorePlaces, task: DownloadTask): Promise<string> {
  const target = join(places.blobs, hexOf(task.digest));
  if ((await stat(target).catch(() => undefined))?.size === task.size) return target;
  const partial = join(places.ingest, hexOf(task.digest));
  const handle = await open(partial, 'a+', 0o600);
  try {
    await new Download(handle, task).run();
  } finally {
    await handle.close();
  }
  // Not brought to the disk: what unpacks to something else than it should is thrown away, whatever became of it.
  await rename(partial, target);
  return target;
}

class Download {
  #hash = createHash('sha256');
  #have = 0;
  #haveBefore = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly task: DownloadTask,
  ) {}

  async run(): Promise<void> {
    await this.#readOn();
    const { clock, signal, size, digest } = this.task;
    await withRetries({ clock, signal, attempts: ATTEMPTS, progressed: () => this.#progressed() }, () => this.#attempt());
    const actual = `sha256:${this.#hash.digest('hex')}`;
    if (this.#have === size && actual === digest) return;
    await this.handle.truncate(0);
    throw refused(`a layer has the digest ${actual}, not ${digest}`);
  }

  /** What an earlier download has left. */
  async #readOn(): Promise<void> {
    for await (const chunk of this.handle.createReadStream({ autoClose: false, start: 0 })) {
      this.#hash.update(chunk as Buffer);
      this.#have += (chunk as Buffer).length;
    }
    if (this.#have > this.task.size) await this.#restart();
  }

  async #restart(): Promise<void> {
    await this.handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#have = 0;
  }

  #progressed(): boolean {
    const has = this.#have > this.#haveBefore;
    this.#haveBefore = this.#have;
    return has;
  }

  async #attempt(): Promise<void> {
    if (this.#have === this.task.size) return;
    this.#haveBefore = this.#have;
    const answer = await this.task.open(this.#have);
    if (!continues(answer, this.#have)) await this.#restart();
    try {
      for await (const chunk of answer.body) await this.#keep(chunk as Buffer);
    } catch (error) {
      this.task.signal?.throwIfAborted();
      if (error instanceof ImageError || (error as NodeJS.ErrnoException).syscall === 'write') throw error;
      throw new Transient(`the download of ${this.task.digest} broke off: ${(error as Error).message}`, { cause: error });
    } finally {
      answer.body.destroy();
    }
    if (this.#have < this.task.size) throw new Transient(`the download of ${this.task.digest} ended after ${this.#have} of ${this.task.size} bytes`);
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (this.#have + chunk.length > this.task.size) {
      await this.#restart();
      throw refused(`layer ${this.task.digest} is longer than the ${this.task.size} bytes that its manifest says`);
    }
    await this.handle.appendFile(chunk);
    this.#hash.update(chunk);
    this.#have += chunk.length;
    this.task.onBytes(this.#have);
  }
}

/** Whether the answer begins where the bytes that are there end. */
function continues({ status, headers }: HttpAnswer, offset: number): boolean {
  if (offset === 0) return true;
  return status === 206 && (headers['content-range'] ?? '').startsWith(`bytes ${offset}-`);
}
