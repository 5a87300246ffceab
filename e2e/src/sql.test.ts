import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../../scripts/readme-commands.mjs';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { run } from './kit/run.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(new URL('../../docs/sql.md', import.meta.url), 'utf8');

describe('SQL over a cluster', () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`sql-${process.pid}`);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it('says what to do where no cluster is, and where it is stopped', async () => {
    const none = await gantry.try('sql', 'SELECT 1');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining(`there is no cluster "${gantry.cluster}"`)]);
    await gantry('up', '--detach', '--runtime', 'hollow');
    await gantry('stop');
    const stopped = await gantry.try('sql', 'SELECT 1');
    expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining('start the cluster with "gantry start"')]);
    await gantry('up', '--detach', '--runtime', 'hollow');
  });

  it.each(commandsOf(page, 'sql'))('%s', async (command) => {
    const asked = await run('bash', ['-c', command], { cwd: REPOSITORY, env: gantry.env });
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/KIND|phase|OLDEST/) });
  });

  it('prints a table for people and JSON for machines', async () => {
    expect(await gantry('sql', "SELECT name, labels, deleted FROM gantry.objects WHERE key = 'core/namespaces/_/default'")).toBe('NAME      LABELS                                      DELETED\ndefault   {"kubernetes.io/metadata.name":"default"}   -\n');
    expect(JSON.parse(await gantry('sql', '-o', 'json', "SELECT name, spec FROM gantry.objects WHERE key = 'core/namespaces/_/default'"))).toEqual([{ name: 'default', spec: { finalizers: ['kubernetes'] } }]);
  });

  it.each([
    ['the tables behind the views', 'SELECT * FROM gantry.log', 'permission denied'],
    ['a change', 'CREATE TABLE mine (x int)', 'read-only'],
    ['what is no SQL', 'SELEC', 'syntax error'],
  ])('refuses %s', async (_what, query, words) => {
    const refused = await gantry.try('sql', query);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(words)]);
  });
});
