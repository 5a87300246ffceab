import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../../scripts/readme-commands.mjs';
import { objectsOf } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { run, runOk } from './kit/run.js';
import { runtimeUnderTest } from './kit/standalone-form.js';

/** What the README shows, as it stands there, by somebody who has just cloned the repository: install and build included. */
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_AND_BUILD = 280_000;
const readme = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
const reason = await reasonToSkip();

describe.skipIf(reason !== undefined)(`the README in a fresh clone${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let clone: string;
  let gantry: Gantry;
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'gantry-clone-'));
    await runOk('git', ['clone', '--quiet', REPOSITORY, clone]);
    gantry = await gantryIn(`readme-${process.pid}`);
  });
  afterAll(async () => {
    await gantry?.dispose();
    await rm(clone, { recursive: true, force: true });
  });

  for (const block of ['first', 'job', 'pods', 'guestbook', 'own']) {
    it.each(commandsOf(readme, block))(`${block}: %s`, async (command) => {
      await runOk('bash', ['-c', command], { cwd: clone, env: environmentOf(gantry), timeoutMs: INSTALL_AND_BUILD });
    });
  }

  it('leaves nothing behind after the last command', async () => {
    expect(await objectsOf(gantry.cluster)).toEqual([]);
    expect((await gantry.try('status')).code).toBe(4);
  });
});

async function reasonToSkip(): Promise<string | undefined> {
  const none = (): undefined => undefined;
  if ((await run('kubectl', ['version', '--client']).catch(none))?.code !== 0) return 'there is no kubectl on the PATH';
  if ((await run('git', ['rev-parse', 'HEAD'], { cwd: REPOSITORY }).catch(none))?.code !== 0) return 'this is not a git checkout';
  const runtime = runtimeUnderTest();
  return runtimeReason(runtime, ['nginx:1', 'nginx:1-alpine', ...(runtime === 'docker' ? ['node:24-bookworm-slim'] : [])]);
}

/** A shell of the user's: nothing of the npm that runs the tests, nor of this checkout's programs. */
function environmentOf(gantry: Gantry): NodeJS.ProcessEnv {
  const own = Object.entries(gantry.env).filter(([name]) => !/^(npm_(?!config_)|npm_config_local_prefix$|VITEST|NODE_ENV$|NODE_OPTIONS$)/i.test(name));
  const path = (gantry.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules/.bin'));
  return { ...Object.fromEntries(own), PATH: path.join(':') };
}
