import { posix } from 'node:path';

/** The folders of the workspace packages that `manifest` depends on, in its order (development ones not: tests are not built). */
function dependencyFolders(manifest, folderOf) {
  return Object.keys(manifest.dependencies ?? {}).flatMap((name) => folderOf.get(name) ?? []);
}

/**
 * The references that each tsconfig must have.
 * @param {Record<string, { name: string, dependencies?: Record<string, string> }>} manifests package.json by folder
 * @returns {Record<string, string[]>} reference paths by tsconfig file
 */
export function expectedReferences(manifests) {
  const folderOf = new Map(Object.entries(manifests).map(([folder, { name }]) => [name, folder]));
  const projects = Object.entries(manifests).map(([folder, manifest]) => [
    `${folder}/tsconfig.json`,
    dependencyFolders(manifest, folderOf).map((target) => posix.relative(folder, target)),
  ]);
  return { 'tsconfig.json': Object.keys(manifests), ...Object.fromEntries(projects) };
}

/** Whether a tsconfig's `references` are these paths; the order does not matter. */
export function sameReferences(references = [], paths) {
  const have = references.map(({ path }) => path).sort();
  return JSON.stringify(have) === JSON.stringify([...paths].sort());
}
