import { readFileSync } from 'node:fs';

/** The data files stand beside `src` and `dist`, so the same relative path finds them from both. */
const model = new URL('../../model/', import.meta.url);

/** A data file of the model, parsed; undefined when there is none of that name. */
export function readModelFile<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(new URL(path, model), 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Entries of the files of one folder by full name (`io.k8s.api.core.v1.Pod`). A file is read when its package is first named,
 * and never again.
 */
export function packagedEntries<T>(folder: 'schema' | 'protobuf'): (name: string) => T | undefined {
  const entries = new Map<string, T>();
  const read = new Set<string>();
  const readPackage = (packageName: string): void => {
    read.add(packageName);
    const own = readModelFile<Record<string, T>>(`${folder}/${packageName}.json`) ?? {};
    for (const [name, entry] of Object.entries(own)) entries.set(`${packageName}.${name}`, entry);
  };
  return (name) => {
    const found = entries.get(name);
    if (found !== undefined) return found;
    const packageName = name.slice(0, name.lastIndexOf('.'));
    if (read.has(packageName)) return undefined;
    readPackage(packageName);
    return entries.get(name);
  };
}
