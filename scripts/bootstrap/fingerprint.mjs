import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { projectFolders } from './projects.mjs';

const ROOT_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];
const PROJECT_FILES = ['package.json', 'tsconfig.json'];

/** Tests and suites are not compiled: editing one does not make the build stale. */
function isBuilt(name) {
  return !/\.(test|suite)\.ts$/.test(name) && !name.startsWith('.');
}

function addFile(hash, top, path) {
  const stat = statSync(join(top, path), { throwIfNoEntry: false });
  hash.update(stat ? `${path} ${stat.mtimeMs} ${stat.size}\n` : `${path} absent\n`);
}

function addTree(hash, top, folder) {
  let entries;
  try {
    entries = readdirSync(join(top, folder), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) addTree(hash, top, path);
    else if (isBuilt(entry.name)) addFile(hash, top, path);
  }
}

/** One hash over names, times and sizes of everything the compiler reads. Reads no file, so it costs milliseconds. */
export function sourcesFingerprint(top = root) {
  const hash = createHash('sha256');
  for (const file of ROOT_FILES) addFile(hash, top, file);
  for (const folder of projectFolders(top)) {
    for (const file of PROJECT_FILES) addFile(hash, top, `${folder}/${file}`);
    addTree(hash, top, `${folder}/src`);
  }
  return hash.digest('hex');
}
