import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../bootstrap/paths.mjs';
import { tallyOfRun } from './record.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-vitest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a real vitest on one planted test file, with our reporter and our leak check. */
async function tallyOfFile(source: string, endAt?: string) {
  const setup = join(root, 'libs/testkit/src/leaks.setup.ts');
  writeFileSync(join(folder, 'planted.test.js'), source);
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default { test: { globals: true, setupFiles: [${JSON.stringify(setup)}] } };`);
  const record = join(folder, 'record.json');
  const argv = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--reporter=default', '--disable-console-intercept', `--reporter=${join(root, 'scripts/testing/record-reporter.mjs')}`];
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, GANTRY_TEST_RECORD: record } });
  child.stdout.on('data', (text: Buffer) => endAt !== undefined && text.includes(endAt) && child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return tallyOfRun('planted', record, code);
}

test('states, notes and messages of tests are recorded', async () => {
  const tally = await tallyOfFile(`
    test('works', () => {});
    describe('pods', () => {
      test('breaks', () => { expect(1).toBe(2); });
      test('is not for here', (ctx) => { ctx.skip('needs an engine'); });
      test.skip('is not for now (needs root)', () => {});
    });
  `);
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(tally.failures[0]).toMatchObject({ name: 'planted.test.js > pods > breaks', message: expect.stringContaining('to be 2') });
  expect(tally.skips).toEqual([
    { name: 'planted.test.js > pods > is not for here', reason: 'needs an engine' },
    { name: 'planted.test.js > pods > is not for now (needs root)', reason: 'needs root' },
  ]);
});

test.each([
  ['a file that does not parse', 'test('],
  ['a hook that throws', "beforeAll(() => { throw new Error('no'); }); test('a', () => {});"],
  ['an error outside any test', "test('a', async () => { Promise.reject(new Error('lost')); await new Promise((r) => setImmediate(r)); });"],
  ['a timer left running', "test('a', () => { setInterval(() => {}, 1000); });"],
  ['a file without a test', ''],
])('%s counts as a failure', async (_case, source) => {
  expect((await tallyOfFile(source)).failed).toBeGreaterThan(0);
});

test('a file that never ends is named when the run is ended', async () => {
  const tally = await tallyOfFile("test('a', () => { console.log('spinning'); for (;;); });", 'spinning');
  expect(tally.failures).toContainEqual({ name: 'planted.test.js', message: 'had begun and did not end' });
});
