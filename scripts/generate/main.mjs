// `node scripts/generate/main.mjs` writes every generated file; with `--check` it writes nothing and fails on a difference.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiTypeFiles } from './api-types.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const schemaFolder = join(root, 'libs/apimachinery/model/schema');
const typesFolder = join(root, 'libs/api-types/src');

/** package → type → schema */
function readSchemas() {
  const names = readdirSync(schemaFolder).filter((name) => name.endsWith('.json')).sort();
  return new Map(names.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(schemaFolder, name), 'utf8'))]));
}

function generatedNames() {
  return readdirSync(typesFolder).filter((name) => name.endsWith('.gen.ts'));
}

function differences(files) {
  const current = (name) => (generatedNames().includes(name) ? readFileSync(join(typesFolder, name), 'utf8') : undefined);
  const changed = [...files].filter(([name, text]) => current(name) !== text).map(([name]) => name);
  return [...changed, ...generatedNames().filter((name) => !files.has(name))];
}

function write(files) {
  for (const name of generatedNames()) if (!files.has(name)) rmSync(join(typesFolder, name));
  for (const [name, text] of files) writeFileSync(join(typesFolder, name), text);
}

const files = apiTypeFiles(readSchemas());
if (process.argv.includes('--check')) {
  const stale = differences(files);
  for (const name of stale) console.error(`libs/api-types/src/${name} differs from what the model generates: run npm run generate`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  write(files);
}
