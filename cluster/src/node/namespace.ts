import { statSync } from 'node:fs';

/** Milliseconds between looks. A look is one system call; an engine that restarts could not tell of it. */
const LOOK_EVERY = 1000;

/** Which namespace a path leads to, a process's or one with a name; undefined when it leads nowhere. */
function namespaceAt(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Calls `lost` once when the path, such as `/proc/<pid>/ns/net`, leads nowhere or to another namespace. Returns a function that ends the watch. */
export function watchNamespace(path: string, lost: () => void, everyMs = LOOK_EVERY): () => void {
  const first = namespaceAt(path);
  const timer = setInterval(() => {
    if (first !== undefined && namespaceAt(path) === first) return;
    clearInterval(timer);
    lost();
  }, everyMs);
  return () => clearInterval(timer);
}
