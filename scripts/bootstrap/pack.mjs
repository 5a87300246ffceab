/**
 * Packs the programs of a standalone cluster into few files: loading 1,600 modules one by one takes about a third more CPU and 17 MB of the control plane (measured).
 * Run by the build, after the compiler, with the pinned Node: `node scripts/bootstrap/pack.mjs`. What it makes is used by `cli/bin/gantry.mjs`
 * for as long as nothing is newer; without it everything runs from `dist` as it is.
 */
import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { nameCurrent, packedFolder } from '../../cli/bin/packed.mjs';
import { root } from './paths.mjs';

const PROGRAMS = { 'gantry/main': 'cli/dist/main.js', 'node-process/main': 'cluster/dist/node-process/main.js' };
/** What one of them loads later and another has from the start: as part of that other, it would run it. */
const LATER = { 'kubelet/parts': 'services/kubelet/dist/parts.js' };

/** Of other people's packages only those that every start loads, and that are plain JavaScript; all others are found in `node_modules`. */
const PACKED = /^(?:@gantry\/|@nestjs\/(?:common|core)(?:\/|$)|(?:rxjs|iterare|tslib|uid|path-to-regexp|fast-safe-stringify|commander|ws|pg|pg-[a-z-]+|postgres-[a-z]+|xtend)(?:\/|$))/;
const FROM_EVERYWHERE = /^(?:\.|\/)/;

/** A cluster that runs loads parts of itself later: the last packs are kept for it. */
const KEPT = 8;

/** A module goes on saying that it stands where it was compiled to: what it loads by its place is there. The program of a node is in the pack too. */
const NODE_PROGRAM = "import.meta.resolve('@gantry/cluster/node-process')";
const ownPlaces = {
  name: 'own-places',
  transform(code, id) {
    if (id.startsWith('\0') || !code.includes('import.meta')) return null;
    const place = `new URL(${JSON.stringify(`../../../../../${relative(root, id)}`)}, import.meta.url).href`;
    const parts = code.split(NODE_PROGRAM).map((part) => part.replaceAll('import.meta.url', place));
    return { code: parts.join("new URL('../node-process/main.js', import.meta.url).href"), map: null };
  },
};

function isExternal(id) {
  return !FROM_EVERYWHERE.test(id) && !id.startsWith('\0') && !PACKED.test(id);
}

async function pack() {
  const madeAt = new Date();
  const bundle = await rolldown({ input: Object.fromEntries(Object.entries({ ...PROGRAMS, ...LATER }).map(([name, file]) => [name, join(root, file)])), platform: 'node', external: isExternal, plugins: [ownPlaces], logLevel: 'warn', cwd: root });
  const partial = packedFolder(`partial-${process.pid}`);
  const { output } = await bundle.write({ dir: partial, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js', keepNames: true });
  await bundle.close();
  refuseLoadedPrograms(output);
  const hash = createHash('sha256');
  for (const { fileName, code } of output) hash.update(fileName).update(code ?? '');
  place(partial, hash.digest('hex').slice(0, 16), madeAt);
}

/** Loading a part must not run a program. */
function refuseLoadedPrograms(output) {
  const programs = Object.keys(PROGRAMS).map((name) => `${name}.js`);
  const loading = output.filter(({ imports = [] }) => imports.some((name) => programs.includes(name))).map(({ fileName }) => fileName);
  if (loading.length > 0) throw new Error(`${loading.join(', ')} would run a program: what it has of that is to be in LATER of scripts/bootstrap/pack.mjs`);
}

/** The same pack as before stays where it is. */
function place(partial, name, madeAt) {
  try {
    renameSync(partial, packedFolder(name));
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes(error.code)) throw error;
    rmSync(partial, { recursive: true });
    utimesSync(packedFolder(name), new Date(), new Date());
  }
  nameCurrent(name, madeAt);
  removeOld();
}

function removeOld() {
  const packs = readdirSync(packedFolder('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => packedFolder(name));
  const byAge = packs.map((folder) => ({ folder, at: statSync(folder).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { folder } of byAge.slice(KEPT)) rmSync(folder, { recursive: true, force: true });
}

await pack();
