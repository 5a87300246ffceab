/**
 * Makes each project's tsconfig references what its package.json depends on, and the solution file's those of all projects:
 * `node scripts/sync-references.mjs`. With `--check` nothing is written, and a difference fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap/paths.mjs';
import { projectFolders } from './bootstrap/projects.mjs';
import { expectedReferences, sameReferences } from './checks/references.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifests = Object.fromEntries(projectFolders().map((folder) => [folder, read(`${folder}/package.json`)]));

const stale = Object.entries(expectedReferences(manifests))
  .map(([file, references]) => ({ file, references, config: read(file) }))
  .filter(({ references, config }) => !sameReferences(config.references, references));

const check = process.argv.includes('--check');
for (const { file, references, config } of stale) {
  if (check) console.error(`${file}: references differ from package.json; run node scripts/sync-references.mjs`);
  else writeFileSync(join(root, file), `${JSON.stringify({ ...config, references: references.map((path) => ({ path })) }, null, 2)}\n`);
}
process.exitCode = check && stale.length > 0 ? 1 : 0;
