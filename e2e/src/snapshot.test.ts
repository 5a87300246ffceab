import { spawn } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandsOf } from '../../scripts/readme-commands.mjs';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run, runOk } from './kit/run.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const SNAPSHOT_PROGRAM = join(REPOSITORY, 'services/store/dist/snapshot/main.js');
const program = findKubectl('1.33');
const soon = { timeout: 30_000, interval: 100 };

/** The state of a cluster, saved and brought back, with hollow pods: no engine is needed. */
describe.skipIf(program === undefined)(`gantry snapshot${program === undefined ? ' (skipped: this machine has no kubectl 1.33)' : ''}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  let file: string;
  beforeAll(async () => {
    gantry = await gantryIn(`snapshot-${process.pid}`);
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    file = join(gantry.home, 'state.snapshot');
    await gantry('up', '--detach', '--runtime', 'hollow');
    await kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=2');
    await kubectl('create', 'configmap', 'kept', '--from-literal=text=before');
    await kubectl('create', 'secret', 'generic', 'sealed', '--from-literal=word=open-sesame');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const field = (path: string, ...what: string[]): Promise<string> => kubectl('get', ...what, '-o', `jsonpath={${path}}`);
  const change = async (): Promise<string> => {
    await kubectl('patch', 'configmap', 'kept', '-p', '{"data":{"text":"after"}}');
    await kubectl('scale', 'deployment/web', '--replicas=5');
    await kubectl('delete', 'secret', 'sealed');
    return kubectl('create', 'configmap', 'lost', '-o', 'jsonpath={.metadata.resourceVersion}');
  };
  const expectSaved = async (): Promise<void> => {
    expect(await field('.data.text', 'configmap', 'kept')).toBe('before');
    expect(await field('.data.word', 'secret', 'sealed')).toBe(Buffer.from('open-sesame').toString('base64'));
    expect((await kubectl.try(['get', 'configmap', 'lost'])).stderr).toContain('not found');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await vi.waitFor(async () => expect((await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n')).toHaveLength(2), soon);
  };
  const snapshotProgram = (verb: 'save' | 'restore', input?: string) => {
    const { sockets } = placesOf(gantry.home, gantry.cluster);
    const env = { ...process.env, GANTRY_POSTGRES_HOST: join(sockets, 'postgres'), GANTRY_POSTGRES_DATABASE: 'postgres' };
    return run('bash', ['-c', `exec "${process.execPath}" "${SNAPSHOT_PROGRAM}" ${verb} ${input === undefined ? '' : `< "${input}"`}`], { env });
  };

  it('saves a cluster that runs, says what is sealed, and keeps the file to its owner', async () => {
    const said = JSON.parse(await gantry('snapshot', 'save', file, '-o', 'json')) as { objects: number; sealed: number; sealedWith: string[] };
    expect(said).toMatchObject({ sealed: 1, sealedWith: [expect.stringMatching(/^[0-9a-f]{16}$/)] });
    expect(said.objects).toBeGreaterThan(50);
    expect(await readFile(file, 'latin1')).not.toContain('open-sesame');
    expect(await gantry('snapshot', 'save', join(gantry.home, 'again'))).toMatch(/^saved \d+ objects at revision \d+ to .*KiB\n1 of them are sealed, and the key is not in the snapshot: keep .*encryption\.key as well\n$/);
  });

  it('refuses to restore into a cluster that runs', async () => {
    const refused = await gantry.try('snapshot', 'restore', file);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('is running\nnext:  end it with "gantry stop');
  });

  it('brings the saved state back: former revisions are gone, and what follows from the objects settles', async () => {
    const lost = await change();
    await gantry('stop');
    const restored = JSON.parse(await gantry('snapshot', 'restore', file, '-o', 'json')) as { revision: number };
    expect(restored.revision).toBeGreaterThan(2 ** 32);
    await gantry('start');
    await expectSaved();
    for (const path of [`/api/v1/configmaps?watch=1&resourceVersion=${lost}&timeoutSeconds=5`, `/api/v1/configmaps?resourceVersion=${lost}&resourceVersionMatch=Exact`]) {
      const answer = await kubectl.try(['get', '--raw', path]);
      expect(answer.stdout + answer.stderr).toContain('Expired');
    }
  });

  it('does so under everything that runs, as with Compose: open watches are ended with 410, and every cache starts over', async () => {
    await change();
    const watch = spawn(kubectl.program, ['get', '--raw', `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${await field('.metadata.resourceVersion', 'configmaps')}`], { env: kubectl.env });
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await kubectl('create', 'configmap', 'seen-by-the-watch');
    await vi.waitFor(() => expect(seen).toContain('seen-by-the-watch'), soon);
    const restored = await snapshotProgram('restore', file);
    expect(restored).toMatchObject({ code: 0, stdout: '' });
    expect(JSON.parse(restored.stderr)).toMatchObject({ sealed: 1 });
    await vi.waitFor(() => expect(seen).toContain('"reason":"Expired","code":410'), soon);
    watch.kill();
    await vi.waitFor(async () => expect(await field('.data.text', 'configmap', 'kept')).toBe('before'), soon);
    await expectSaved();
    await kubectl('scale', 'deployment/web', '--replicas=3');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });

  it('makes a new cluster of it, with the key and not without', async () => {
    const copy = ['--name', `${gantry.cluster}-copy`];
    try {
      const refused = await gantry.try('snapshot', 'restore', file, ...copy);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('sealed with a key that is not here');
      expect(refused.stderr).toContain('--encryption-key');
      await gantry('snapshot', 'restore', file, ...copy, '--encryption-key', placesOf(gantry.home, gantry.cluster).encryptionKey);
      await gantry('up', '--detach', '--runtime', 'hollow', ...copy);
      await expectSaved();
    } finally {
      await gantry.try('delete', ...copy);
      await kubectl('config', 'use-context', gantry.cluster);
    }
  });

  it('says what is wrong with a file', async () => {
    await gantry('stop');
    const whole = await readFile(file);
    const broken = join(gantry.home, 'broken');
    await writeFile(broken, whole.subarray(0, whole.length - 100));
    expect((await gantry.try('snapshot', 'restore', broken)).stderr).toContain('the snapshot is damaged: it ends too early');
    await copyFile(gantry.kubeconfig, broken);
    expect((await gantry.try('snapshot', 'restore', broken)).stderr).toContain('this is not a snapshot of Gantry');
    expect((await gantry.try('snapshot', 'restore', join(gantry.home, 'none'))).stderr).toContain('there is no file');
    await gantry('start');
    expect(await field('.data.text', 'configmap', 'kept')).toBe('before');
    expect(await field('.spec.replicas', 'deployment', 'web')).toBe('3');
  });
});

describe('docs/snapshots.md', async () => {
  const page = await readFile(join(REPOSITORY, 'docs/snapshots.md'), 'utf8');
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`snapdoc-${process.pid}`);
    await gantry('up', '--detach', '--runtime', 'hollow');
  });
  afterAll(async () => {
    await runOk('rm', ['-f', join(REPOSITORY, 'before.snapshot')]);
    await gantry?.dispose();
  });

  it.skipIf(program === undefined).each(commandsOf(page, 'snapshot'))('%s', async (command) => {
    await runOk('bash', ['-c', command], { cwd: REPOSITORY, env: gantry.env });
  });
});
