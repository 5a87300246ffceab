import { readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the installation. */
const here = fileURLToPath(new URL('../../', import.meta.url));
const CURRENT = 'current';

/** Where packs of the programs are: each in a folder of its own, since a running cluster may load more of its own. */
export function packedFolder(name, top = here) {
  return join(top, 'cli/dist/packed', name);
}

/** Lets the pack in that folder be the one that is used from now on. `madeAt`: when its making began; what was compiled meanwhile may be missing in it. */
export function nameCurrent(name, madeAt, top = here) {
  const written = packedFolder(`${CURRENT}.${process.pid}`, top);
  writeFileSync(written, name);
  utimesSync(written, madeAt, madeAt);
  renameSync(written, packedFolder(CURRENT, top));
}

/** The packed program of that name; undefined where there is none, or where something was compiled or installed since. */
export function packedProgram(name, top = here) {
  try {
    const at = statSync(packedFolder(CURRENT, top)).mtimeMs;
    if (inputs(top).some((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > at)) return undefined;
    const program = join(packedFolder(readFileSync(packedFolder(CURRENT, top), 'utf8'), top), name, 'main.js');
    return statSync(program).isFile() ? program : undefined;
  } catch {
    return undefined;
  }
}

/** What the compiler and npm write last of all. */
function inputs(top) {
  const below = (folder) => readdirSync(join(top, folder)).map((name) => `${folder}/${name}`);
  const projects = [...below('libs'), ...below('services'), 'cluster', 'cli'];
  return [...projects.map((project) => join(top, project, 'dist/.tsbuildinfo')), join(top, 'node_modules/.package-lock.json')];
}
