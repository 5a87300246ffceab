import { watch } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { lookAtContainer } from './container-end.js';
import type { OciNode } from './node.js';

/** While it writes one, a reaper's file has another name. */
const ID = /^[0-9a-f]{64}$/;

/** Hears of the ends of containers, also of those that an earlier process started, until `signal` aborts. */
export function watchExits(node: OciNode, signal: AbortSignal): void {
  const watcher = watch(node.places.exits, { persistent: false, signal }, (_, name) => {
    if (name === null || !ID.test(name)) return;
    const seen = node.ledger.containers.has(name) ? lookAtContainer(node, name) : dropStray(node, name);
    seen.catch((error: unknown) => node.logger.warn({ container: name, error: String(error) }, 'how a container ended could not be found out'));
  });
  watcher.on('error', (error) => node.logger.warn({ error: String(error) }, 'ends of containers are seen late: their directory is not watched any more'));
}

/** A reaper may be the last to know that its container is gone. */
async function dropStray(node: OciNode, id: string): Promise<void> {
  const { directory, exitFile } = node.places.container(id);
  if (!(await stat(directory).then(() => true, () => false))) await rm(exitFile, { force: true });
}
