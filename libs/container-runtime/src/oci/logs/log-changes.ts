import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Deferred } from '@gantry/async';

/** Tells when a file was written or another one took its name. */
export interface LogChanges {
  /** Resolves at the next change, or at once where there was one since this was last asked. */
  next(): Promise<void>;
  close(): void;
}

/** Watches the directory, since the name outlives the file. Where it cannot be watched there are no changes. */
export function watchLog(path: string): LogChanges {
  const name = basename(path);
  let change = new Deferred<void>();
  const watcher = watcherOf(dirname(path), (changed) => (changed === null || changed === name ? change.resolve() : undefined));
  return {
    async next() {
      await change.promise;
      change = new Deferred<void>();
    },
    close: () => watcher?.close(),
  };
}

function watcherOf(directory: string, listener: (name: string | null) => void): ReturnType<typeof watch> | undefined {
  try {
    // A directory that goes away ends the container's log with it, which is told otherwise.
    return watch(directory, { persistent: false }, (_, name) => listener(name)).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
