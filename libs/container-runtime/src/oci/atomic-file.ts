import { readFile, rename, writeFile } from 'node:fs/promises';

/** Whoever reads the file sees the old text or the new one, whenever this process dies. Survives the process, not the machine: nor do containers. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/** Undefined where there is none; what a crash of the machine left in pieces counts as none. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
