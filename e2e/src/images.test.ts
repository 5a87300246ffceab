import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../../scripts/readme-commands.mjs';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { run } from './kit/run.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(new URL('../../docs/images.md', import.meta.url), 'utf8');

describe.skipIf(process.getuid?.() !== 0)('images without an engine (needs root)', () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`images-${process.pid}`, 'docker');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it('are built, named, listed and removed as the page says', async () => {
    const script = ['set -e', ...commandsOf(page, 'images')].join('\n');
    const ran = await run('bash', ['-c', script], { cwd: REPOSITORY, env: gantry.env });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/docker\.io\/library\/tool:1 +[0-9a-f]{12} /) });
    expect(ran.stdout).toContain('registry.example.com/tools/tool:1');
    expect(ran.stdout).toContain('"usedAfter"');
    expect(JSON.parse(await gantry('image', 'list', '-o', 'json'))).toEqual([]);
  });

  it('are not what a cluster on an engine runs, which is said', async () => {
    const { settings } = placesOf(gantry.home, 'on-engine');
    await mkdir(dirname(settings), { recursive: true });
    await writeFile(settings, JSON.stringify({ name: 'on-engine', runtime: 'docker', port: 1, nodes: 1, hollow: 0 }));
    expect((await gantry.try('image', 'list')).stderr).toContain('run on the Docker engine, which keeps its own images');
  });

  it('that are not there, and archives that are none, fail with a line that says so', async () => {
    expect(await gantry.try('image', 'rm', 'nothing:1')).toMatchObject({ code: 1, stderr: 'error: there is no image nothing:1\n' });
    expect(await gantry.try('image', 'load', `${REPOSITORY}/README.md`)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: the archive is damaged or no tar archive/) });
    expect(await gantry.try('image', 'load', '/nowhere.tar')).toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere.tar') });
    expect(await gantry.try('image', 'build', '/nowhere', '-t', 'a:1')).toMatchObject({ code: 1, stderr: 'error: /nowhere is no folder\n' });
    expect(await gantry.try('image', 'build', '/nowhere')).toMatchObject({ code: 2 });
  });
});
