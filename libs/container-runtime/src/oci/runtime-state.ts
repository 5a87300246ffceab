import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, systemClock } from '@gantry/async';
import type { OciNode } from './node.js';

/** Tries, and the milliseconds before the next: a group may be busy while its last process goes. */
const ATTEMPTS = 3;
const PAUSE = 100;

/** Has the runtime kill and forget a container. Rejects where it does not: somebody has to come back to it. */
export async function deleteFromRuntime(node: OciNode, id: string): Promise<void> {
  for (let attempt = 1; await knows(node, id); attempt += 1) {
    const failure = await node.runtime('delete', '--force', id).then(() => undefined, (error: unknown) => error);
    if (failure === undefined || !(await knows(node, id))) return;
    if (attempt === ATTEMPTS) throw failure;
    await delay(systemClock, PAUSE);
  }
}

/** Both runtimes keep a directory for each of theirs. */
function knows({ places }: OciNode, id: string): Promise<boolean> {
  return stat(join(places.state, id)).then(() => true, () => false);
}
