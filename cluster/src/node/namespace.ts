import { readlinkSync } from 'node:fs';

/** Milliseconds between looks. A look is one system call; an engine that restarts could not tell of it. */
const LOOK_EVERY = 1000;

/** The network namespace that a process is in, such as `net:[4026532345]`; undefined when there is no such process. */
export function networkNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Calls `lost` once when the process has ended, or its id is another process's. Returns a function that ends the watch. */
export function watchNamespace(pid: number, lost: () => void, everyMs = LOOK_EVERY): () => void {
  const first = networkNamespace(pid);
  const timer = setInterval(() => {
    if (first !== undefined && networkNamespace(pid) === first) return;
    clearInterval(timer);
    lost();
  }, everyMs);
  return () => clearInterval(timer);
}
