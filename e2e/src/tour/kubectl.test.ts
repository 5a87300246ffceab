import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessLog } from '../kit/access-log.js';
import { gantryIn, type Gantry } from '../kit/gantry.js';
import { findKubectl } from '../kit/kubectl.js';
import { clientPrograms } from '../kit/programs.js';
import { parseTour } from './parse-tour.js';
import { TourRunner } from './runner.js';

const tour = await readFile(new URL('kubectl.tour', import.meta.url), 'utf8');
const programs = await clientPrograms();
const NEWEST = '1.36';
/** Each has a namespace and a node to itself. */
const VERSIONS = ['1.27', '1.30', '1.33', NEWEST].map((version, index) => ({ version, program: version === NEWEST ? programs.kubectl : findKubectl(version), variables: { NS: `tour-${version.replace('.', '-')}`, NODE: `hollow-${index + 1}` } }));

let gantry: Gantry;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-tour-'));
  gantry = await gantryIn(`tour-${process.pid}`);
  await gantry('up', '--detach', '--runtime', 'hollow', '--hollow', String(VERSIONS.length), '--verbose');
});
afterAll(async () => {
  await gantry?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe.each(VERSIONS)('the tour of kubectl $version', ({ version, program, variables }) => {
  let runner: TourRunner;
  beforeAll(async () => {
    if (program === undefined) return;
    const own = join(folder, version);
    await mkdir(own);
    runner = await TourRunner.start({ program, version, kubeconfig: gantry.kubeconfig, folder: own, log: AccessLog.of(gantry.home, gantry.cluster), variables });
  });

  for (const { title, steps } of parseTour(tour, version, variables)) {
    it(title, async (ctx) => {
      if (program === undefined) return ctx.skip(version === NEWEST ? programs.reason : `this machine has no kubectl ${version}`);
      const problems: string[] = [];
      for (const step of steps) problems.push(...(await runner.problems(step)));
      expect(problems.join('\n\n')).toBe('');
    });
  }
});
