import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'entries.log';

/** Lines in a file, one after another, and in memory. What `append` has resolved for is on the disk. */
export class EntryLog {
  readonly #lines: string[];
  readonly #file: FileHandle;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, lines: string[]) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Reads what an earlier life wrote; a last line that was cut off is given up. */
  static async open(folder: string): Promise<EntryLog> {
    const path = join(folder, FILE);
    const file = await open(path, 'a');
    const text = await readFile(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    return new EntryLog(file, whole.split('\n').filter((line) => line !== ''));
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Resolves to how many lines there are with this one. */
  append(line: string): Promise<number> {
    const written = this.#last.then(async () => {
      await this.#file.write(`${line}\n`);
      await this.#file.datasync();
      return this.#lines.push(line);
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** The newest lines, newest first. */
  newest(count: number): string[] {
    return count <= 0 ? [] : this.#lines.slice(-count).toReversed();
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }
}
