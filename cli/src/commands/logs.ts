import { watch } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClusterError, placesOf } from '@gantry/cluster/lifecycle';
import { formatLine } from '../output/log-line.js';
import type { CommonOptions } from '../options.js';

const CHUNK = 64 * 1024;

export interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly tail?: number;
}

/** Log lines of all files of the cluster in order of their time, or of one component; with `-f` also what comes. */
export async function logs(component: string | undefined, options: LogsOptions): Promise<void> {
  const folder = placesOf(options.home, options.name).logs;
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) throw new ClusterError(`there are no logs of a cluster "${options.name}" under ${options.home}`, 'see what there is with "gantry list"');
  const files = names.filter((name) => name.endsWith('.log')).map((name) => new LogFile(join(folder, name)));
  const lines = (await Promise.all(files.map((file) => file.read()))).flat().map((line) => formatLine(line, component)).filter((line) => line !== undefined);
  lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  for (const line of options.tail === undefined ? lines : lines.slice(Math.max(0, lines.length - options.tail))) process.stdout.write(`${line.text}\n`);
  if (options.follow === true) follow(folder, files, component);
}

/** Until the process is ended: every change of the folder is a reason to read on. */
function follow(folder: string, files: LogFile[], component: string | undefined): void {
  let reading = Promise.resolve();
  const readOn = async (): Promise<void> => {
    for (const file of files) for (const line of await file.read()) process.stdout.write(withNewline(formatLine(line, component)?.text));
  };
  watch(folder, (_event, name) => {
    if (name?.endsWith('.log') === true && !files.some((file) => basename(file.path) === name)) files.push(new LogFile(join(folder, name)));
    reading = reading.then(readOn);
  });
}

function withNewline(text: string | undefined): string {
  return text === undefined ? '' : `${text}\n`;
}

/** Reads whole lines from where it stopped the last time. */
class LogFile {
  #offset = 0;
  #rest = '';

  constructor(readonly path: string) {}

  async read(): Promise<string[]> {
    const file = await open(this.path, 'r').catch(() => undefined);
    if (file === undefined) return [];
    try {
      const chunk = Buffer.alloc(CHUNK);
      const parts: Buffer[] = [];
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK, this.#offset);
        if (bytesRead === 0) break;
        this.#offset += bytesRead;
        parts.push(Buffer.from(chunk.subarray(0, bytesRead)));
      }
      const lines = (this.#rest + Buffer.concat(parts).toString('utf8')).split('\n');
      this.#rest = lines.pop() ?? '';
      return lines;
    } finally {
      await file.close();
    }
  }
}
