import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { encodeToken, type SocketIdentity } from '@gantry/bus';
import { readFileIfAny, writeFileAtomic } from '../state/files.js';

/** What a node shows the bus to be let in: made once and kept in its directory, so that a name stays with who has the key. */
export async function ensureNodeKey(directory: string): Promise<string> {
  const path = join(directory, 'key');
  const stored = (await readFileIfAny(path))?.trim();
  if (stored !== undefined && stored !== '') return stored;
  const key = randomBytes(24).toString('base64url');
  await writeFileAtomic(path, `${key}\n`);
  return key;
}

/** Finds who presents a key. A node's connection may use its own subjects and nothing else. */
export function identifyNodes(keys: ReadonlyMap<string, string>): (presented: string) => SocketIdentity | undefined {
  return (presented) => {
    for (const [name, key] of keys) if (isSame(presented, key)) return nodeIdentity(name);
    return undefined;
  };
}

function nodeIdentity(name: string): SocketIdentity {
  const node = encodeToken(name);
  return { name, publish: [`api.node.${node}.>`], subscribe: [`node.${node}.>`] };
}

function isSame(presented: string, key: string): boolean {
  const [a, b] = [Buffer.from(presented), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
