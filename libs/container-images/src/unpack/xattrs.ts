import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../program.js';
import { writeEnd, writeHeader } from '../tar/writer.js';
import { argumentOf } from './entry-path.js';

type Xattrs = readonly (readonly [name: string, value: Uint8Array])[];

/**
 * Those of an image that are set: capabilities of programs, and what users keep. Never `trusted.*`, by which overlay is led elsewhere
 * (`trusted.overlay.redirect`), nor its twin for users, nor labels that belong to the security modules of this machine.
 */
export function keptXattrs(xattrs: ReadonlyMap<string, Buffer>): [string, Buffer][] {
  return [...xattrs].filter(([name]) => name === 'security.capability' || (name.startsWith('user.') && !name.startsWith('user.overlay.')));
}

const COPY = 'while [ $# -gt 0 ]; do cp --attributes-only --preserve=xattr --no-dereference --no-target-directory -- "$1" "$2" || exit 1; shift 2; done';
const AT_ONCE = 200;

/**
 * Node has no call for extended attributes, and few machines a program that sets them. GNU tar makes an empty file that has them, and GNU cp takes
 * them from there. Says what stood in the way, where something did: the layer is of use without them.
 */
export async function setXattrs(folder: string, xattrs: ReadonlyMap<string, Xattrs>, temporary: string): Promise<string | undefined> {
  if (xattrs.size === 0) return undefined;
  const named = [...xattrs].map(([path, values]) => [argumentOf(path), values] as const).filter(([path]) => path !== undefined);
  await mkdir(temporary, { recursive: true });
  try {
    const models = await runProgram('tar', ['--extract', '--file=-', `--directory=${temporary}`, '--xattrs', '--xattrs-include=*'], modelsOf(named.map(([, values]) => values)));
    if (models.code !== 0) return models.stderr === '' ? 'GNU tar is not installed' : models.stderr;
    const pairs = named.map(([path], index) => [join(temporary, String(index)), `${folder}/${path}`]);
    for (let start = 0; start < pairs.length; start += AT_ONCE) {
      const copied = await runProgram('sh', ['-c', COPY, 'sh', ...pairs.slice(start, start + AT_ONCE).flat()]);
      if (copied.code !== 0) return copied.stderr;
    }
    return named.length === xattrs.size ? undefined : 'there are names that are no UTF-8';
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function modelsOf(all: readonly Xattrs[]): Buffer {
  const headers = all.map((xattrs, index) => writeHeader({
    type: 'file', name: String(index), linkName: '', mode: 0o600, uid: 0, gid: 0, size: 0, mtime: 0, major: 0, minor: 0, xattrs: new Map(xattrs.map(([name, value]) => [name, Buffer.from(value)])),
  }));
  return Buffer.concat([...headers, writeEnd()]);
}
