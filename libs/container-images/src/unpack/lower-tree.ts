import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { bytesOf } from './entry-path.js';

type Found = { readonly kind: 'there'; readonly stats: Stats } | { readonly kind: 'absent' } | { readonly kind: 'hidden' };

/** What overlay takes for "removed" (kernel documentation, overlayfs, "whiteouts and opaque directories"). */
export function isWhiteout(stats: Pick<Stats, 'isCharacterDevice' | 'rdev'>): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

/** The directory that a path is in the layers together, of which the first is the lowest; undefined where it is none there. Follows no link. */
export async function directoryBelow(layers: readonly string[], path: string): Promise<Stats | undefined> {
  for (const layer of layers.toReversed()) {
    const found = await look(layer, path);
    if (found.kind === 'there') return found.stats.isDirectory() ? found.stats : undefined;
    if (found.kind === 'hidden') return undefined;
  }
  return undefined;
}

/** The names in a directory of the layers together. */
export async function namesBelow(layers: readonly string[], path: string): Promise<Set<string>> {
  const names = new Map<string, boolean>();
  for (const layer of layers.toReversed()) {
    const found = await look(layer, path);
    if (found.kind === 'hidden') break;
    if (found.kind === 'absent') continue;
    if (!found.stats.isDirectory()) break;
    for (const name of await readdir(at(layer, path), { encoding: 'latin1' })) {
      if (!names.has(name)) names.set(name, !isWhiteout(await lstat(at(layer, `${path}/${name}`))));
    }
  }
  return new Set([...names].filter(([, isThere]) => isThere).map(([name]) => name));
}

async function look(layer: string, path: string): Promise<Found> {
  const parts = path.split('/').filter((part) => part !== '');
  for (let depth = 0; depth <= parts.length; depth += 1) {
    const stats = await lstat(at(layer, parts.slice(0, depth).join('/'))).catch(() => undefined);
    if (stats === undefined) return { kind: 'absent' };
    if (depth === parts.length) return isWhiteout(stats) ? { kind: 'hidden' } : { kind: 'there', stats };
    if (!stats.isDirectory()) return { kind: 'hidden' };
  }
  return { kind: 'absent' };
}

function at(layer: string, path: string): Buffer {
  return bytesOf(path === '' ? layer : `${layer}/${path}`);
}
