/** Finds import cycles inside projects with dependency-cruiser; fails also when it looked at nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, format } from 'dependency-cruiser';
import { root } from '../bootstrap/paths.mjs';
import { projectFolders } from '../bootstrap/projects.mjs';

/**
 * Cruises `folders` (from `top`) under the rules of the configuration file.
 * @param {string[]} folders
 * @returns {Promise<import('dependency-cruiser').ICruiseResult>}
 */
export async function cruiseFolders(folders, top = root) {
  const rules = JSON.parse(readFileSync(join(root, '.dependency-cruiser.json'), 'utf8'));
  const { output } = await cruise(folders, { ...rules.options, baseDir: top, ruleSet: { forbidden: rules.forbidden }, validate: true });
  return /** @type {import('dependency-cruiser').ICruiseResult} */ (output);
}

if (process.argv[1] === import.meta.filename) {
  const found = await cruiseFolders(projectFolders().map((folder) => `${folder}/src`));
  process.stdout.write((await format(found, { outputType: 'err' })).output);
  const { error, totalCruised } = found.summary;
  if (totalCruised === 0) process.stdout.write('dependency-cruiser looked at no file\n');
  process.exitCode = error > 0 || totalCruised === 0 ? 1 : 0;
}
