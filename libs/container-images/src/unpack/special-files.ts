import { runProgram } from '../program.js';
import { argumentOf } from './entry-path.js';
import type { SpecialFile } from './layer-writer.js';

const LETTERS = { 'character-device': 'c', 'block-device': 'b', fifo: 'p' } as const;
const MAKE = 'while [ $# -gt 0 ]; do if [ "$4" = p ]; then mknod -m "$2" "$1" p; else mknod -m "$2" "$1" "$4" "$5" "$6"; fi && chown "$3" "$1" || exit 1; shift 6; done';
const AT_ONCE = 200;

/** Makes devices and pipes. Says what stood in the way, where something did: containers have devices of their own. */
export async function makeSpecialFiles(folder: string, files: ReadonlyMap<string, SpecialFile>): Promise<string | undefined> {
  const args = [...files].flatMap(([path, file]) => {
    const name = argumentOf(path);
    return name === undefined ? [] : [[`${folder}/${name}`, file.mode.toString(8), `${file.uid}:${file.gid}`, LETTERS[file.type], String(file.major), String(file.minor)]];
  });
  for (let start = 0; start < args.length; start += AT_ONCE) {
    const made = await runProgram('sh', ['-c', MAKE, 'sh', ...args.slice(start, start + AT_ONCE).flat()]);
    if (made.code !== 0) return made.stderr;
  }
  return args.length === files.size ? undefined : 'there are names that are no UTF-8';
}
