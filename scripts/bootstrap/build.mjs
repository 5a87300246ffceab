import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packedProgram } from '../../cli/bin/packed.mjs';
import { writeDescriptions } from '../generate/descriptions.mjs';
import { sourcesFingerprint } from './fingerprint.mjs';
import { root } from './paths.mjs';
import { projectFolders } from './projects.mjs';
import { progress, secondsSince } from './report.mjs';
import { pinnedNode } from './run.mjs';
import { readStamp, removeStamp, writeStamp } from './stamps.mjs';

const STAMP = 'build';

/** A deleted `dist` makes the build stale although no source changed. */
function everyProjectIsBuilt(top) {
  return projectFolders(top).every((folder) => existsSync(join(top, folder, 'dist/.tsbuildinfo')));
}

function compile(top) {
  const started = performance.now();
  progress('building (tsc -b)');
  const result = spawnSync(pinnedNode(), ['node_modules/.bin/tsc', '-b'], { cwd: top, stdio: ['ignore', 2, 2] });
  if (result.error) throw new Error(`cannot run the compiler: ${result.error.message}`);
  if (result.status !== 0) throw new Error('the build failed; the lines above say where');
  writeDescriptions(top);
  progress(`built in ${secondsSince(started)}`);
}

/** Everything runs without it, only more slowly: see `pack.mjs`. */
function pack(top) {
  if (!existsSync(join(top, 'node_modules/rolldown')) || packedProgram('gantry', top) !== undefined) return;
  const started = performance.now();
  const result = spawnSync(pinnedNode(), ['scripts/bootstrap/pack.mjs'], { cwd: top, stdio: ['ignore', 2, 2] });
  progress(result.status === 0 ? `packed in ${secondsSince(started)}` : 'the programs could not be packed, and start more slowly; the lines above say why');
}

/** Compiles all projects unless the stamp says that nothing changed. The stamp is of the sources as they were before. */
export function buildSources(top = root) {
  const fingerprint = sourcesFingerprint(top);
  if (readStamp(STAMP) !== fingerprint || !everyProjectIsBuilt(top)) {
    removeStamp(STAMP);
    compile(top);
    writeStamp(STAMP, fingerprint);
  }
  pack(top);
}
