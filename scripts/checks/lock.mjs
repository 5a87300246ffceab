/** Fails when the lock would not install everywhere with `npm ci --ignore-scripts`, or from any registry but one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';
import { projectFolders } from '../bootstrap/projects.mjs';
import { foreignSources, looseVersions, missingOptionals } from './lock-problems.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const lock = read('package-lock.json');
const manifests = Object.fromEntries(['.', ...projectFolders()].map((folder) => [`${folder}/package.json`, read(`${folder}/package.json`)]));

const problems = [...missingOptionals(lock), ...foreignSources(lock), ...looseVersions(manifests)];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
