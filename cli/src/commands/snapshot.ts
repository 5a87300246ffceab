import { placesOf } from '@gantry/cluster/lifecycle';
import { restoreClusterSnapshot, saveClusterSnapshot } from '@gantry/cluster/snapshot';
import { print } from '../output/format.js';
import { paint } from '../output/terminal.js';
import type { CommonOptions } from '../options.js';

export interface RestoreOptions extends CommonOptions {
  readonly encryptionKey?: string;
}

const REPORT_MS = 100;

export async function save(file: string, options: CommonOptions): Promise<void> {
  const counter = new Counter('saved');
  const saved = await saveClusterSnapshot({ ...options, file, onProgress: counter.report }).finally(() => counter.clear());
  const { objects, revision, incarnation, createdAt, sealed, sealedWith, bytes } = saved;
  const size = bytes === undefined ? '' : `, ${bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`}`;
  const key = placesOf(options.home, options.name).encryptionKey;
  const text = `saved ${objects} objects at revision ${revision} to ${file}${size}${sealed === 0 ? '' : `\n${sealed} of them are sealed, and the key is not in the snapshot: keep ${key} as well`}`;
  const data = { file, objects, revision, incarnation, createdAt, bytes, sealed, sealedWith };
  // The snapshot itself is on standard output then.
  if (file === '-') process.stderr.write(`${options.output === 'json' ? JSON.stringify(data) : text}\n`);
  else print(options.output, data, () => text);
}

export async function restore(file: string, options: RestoreOptions): Promise<void> {
  const counter = new Counter('restored');
  const restored = await restoreClusterSnapshot({ ...options, file, onProgress: counter.report }).finally(() => counter.clear());
  const { objects, sealed, revision, incarnation, saved } = restored;
  const name = options.name === 'gantry' ? '' : ` --name ${options.name}`;
  const text = `restored ${objects} objects as of ${saved.createdAt} into cluster "${options.name}", at revision ${revision}\nstart it with "gantry start${name}": every watch lists again`;
  print(options.output, { file, objects, sealed, revision, incarnation, saved: { createdAt: saved.createdAt, revision: saved.revision, incarnation: saved.incarnation } }, () => text);
}

/** One line on a terminal that counts; nothing elsewhere. */
class Counter {
  #shown = 0;

  constructor(private readonly verb: string) {}

  readonly report = (done: number, total: number): void => {
    if (!process.stderr.isTTY || performance.now() - this.#shown < REPORT_MS) return;
    this.#shown = performance.now();
    process.stderr.write(`\r\u001b[2K  ${paint('dim', '·', process.stderr)} ${this.verb} ${done} of ${total} objects …`);
  };

  clear(): void {
    if (this.#shown > 0) process.stderr.write('\r\u001b[2K');
  }
}
