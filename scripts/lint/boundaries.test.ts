import { beforeAll, expect, test } from 'vitest';
import { boundaryLinter, lintSource } from './boundary-linter.mjs';
import { IMPORTS_OF_LEVEL } from './levels.mjs';

const NX = '@nx/enforce-module-boundaries';
const HOME = 'gantry/external-homes';

let eslint: Awaited<ReturnType<typeof boundaryLinter>>;
beforeAll(async () => {
  eslint = await boundaryLinter();
}, 60_000);

async function rulesReported(file: string, specifier: string): Promise<(string | null)[]> {
  const reported = await lintSource(eslint, file, `import * as planted from '${specifier}';\nexport const kept = planted;\n`);
  return reported.map(({ rule }) => rule);
}

test.each([
  ['a lib of level 0 imports another lib', 'libs/async/src/planted.ts', '@gantry/api-types', NX],
  ['a lib imports a higher level', 'libs/apimachinery/src/planted.ts', '@gantry/storage', NX],
  ['a lib imports its own level', 'libs/storage/src/planted.ts', '@gantry/bus', NX],
  ['a lib imports the platform', 'libs/client/src/planted.ts', '@gantry/platform', NX],
  ['the platform imports above level 1', 'libs/platform/src/planted.ts', '@gantry/bus', NX],
  ['the test kit imports a service', 'libs/testkit/src/planted.ts', '@gantry/store', NX],
  ['a lib imports the test kit', 'libs/bus/src/planted.ts', '@gantry/testkit', NX],
  ['a lib imports a service', 'libs/controller/src/planted.ts', '@gantry/controllers', NX],
  ['a service imports a service', 'services/api/src/planted.ts', '@gantry/store', NX],
  ['a service imports the composition', 'services/kubelet/src/planted.ts', '@gantry/cluster', NX],
  ['the command line imports a service', 'cli/src/planted.ts', '@gantry/api', NX],
  ['the benchmarks import a service', 'bench/src/planted.ts', '@gantry/store', NX],
  ['the end-to-end tests import a service', 'e2e/src/planted.ts', '@gantry/kubelet', NX],
  ['a lib imports a part of the composition', 'libs/client/src/planted.ts', '@gantry/cluster/lifecycle', NX],
  ['a project reaches into another by path', 'services/api/src/planted.ts', '../../../libs/bus/src/bus.js', NX],
  ['Postgres outside the store', 'services/api/src/planted.ts', 'pg', HOME],
  ['TypeORM outside the store', 'cluster/src/planted.ts', 'typeorm', HOME],
  ['NATS outside the bus', 'services/store/src/planted.ts', '@nats-io/jetstream', HOME],
  ['dockerode outside its runtime', 'libs/container-runtime/src/hollow/planted.ts', 'dockerode', HOME],
  ['Nest outside modules', 'services/scheduler/src/cycle/planted.ts', '@nestjs/common', HOME],
])('%s is reported', async (_case, file, specifier, rule) => {
  expect(await rulesReported(file, specifier)).toContain(rule);
});

test.each([
  ['services/store/src/postgres/planted.ts', 'pg'],
  ['services/api/src/api.module.ts', '@nestjs/common'],
  ['libs/container-runtime/src/docker/planted.ts', 'dockerode'],
  ['libs/client/src/planted.ts', '@gantry/bus'],
  ['cluster/src/planted.ts', '@gantry/store'],
  ['services/store/src/planted.test.ts', '../../../libs/storage/src/storage.suite.js'],
])('%s may import %s', async (file, specifier) => {
  expect(await rulesReported(file, specifier)).toEqual([]);
});

test('an inline comment does not switch a boundary off', async () => {
  const source = "/* eslint-disable */\nimport * as planted from 'pg';\nexport const kept = planted;\n";
  const reported = await lintSource(eslint, 'services/api/src/planted.ts', source);
  expect(reported.map(({ rule }) => rule)).toContain(HOME);
});

test('every level only imports levels that exist', () => {
  const levels = Object.keys(IMPORTS_OF_LEVEL);
  expect(levels).toEqual(expect.arrayContaining(Object.values(IMPORTS_OF_LEVEL).flat()));
});
