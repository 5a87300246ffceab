import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

function expand(top, pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  if (!existsSync(join(top, parent))) return [];
  return readdirSync(join(top, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`);
}

/** The folders of all workspace packages, relative to the top, as `package.json` lists them. */
export function projectFolders(top = root) {
  const { workspaces } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
  return workspaces.flatMap((pattern) => expand(top, pattern)).filter((folder) => existsSync(join(top, folder, 'package.json')));
}
