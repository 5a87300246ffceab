import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshRequest } from './kit/fresh-request.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { environmentOf } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run, runOk } from './kit/run.js';
import { tracesOf } from './kit/traces.js';

/** A machine that has neither an engine nor its client: nothing is asked for, and the guestbook answers. */
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const WITHOUT_ENGINE = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', PATH: pathWithoutDocker() };
const program = findKubectl('1.33');
const reason = reasonToSkip();

function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  return program === undefined ? 'this machine has no kubectl 1.33' : undefined;
}

/** Docker's client stands in a folder of its own, or beside programs that nobody here needs. */
function pathWithoutDocker(): string {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '/usr/local/bin').join(delimiter);
}

describe.skipIf(reason !== undefined)(`a machine without an engine${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  let before: string[];
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    gantry = await gantryIn(`engineless-${process.pid}`);
    before = await tracesOf(gantry.cluster, gantry.home);
    env = { ...gantry.env, ...WITHOUT_ENGINE, GANTRY_IMAGES: environmentOf('oci')['GANTRY_IMAGES'] };
    delete env['GANTRY_RUNTIME'];
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const command = (...words: string[]) => run(process.execPath, [gantry.program, ...words], { env });

  it('starts with real pods, and says what runs them', async () => {
    const started = await command('up', '--detach');
    expect(started).toMatchObject({ code: 0 });
    expect(started.stderr).toMatch(/machine +(crun|runc) \S+, no engine, \d+ CPUs/);
    expect(started.stderr).not.toContain('hollow');
    expect((await command('status')).stdout).toMatch(/ oci \((crun|runc) \S+, conmon \S+\) +1 /);
  });

  it('builds the guestbook of its own files, runs it, and answers on the port of the machine', async () => {
    await runOk(process.execPath, [`${REPOSITORY}/scripts/examples/build.mjs`], { env });
    await kubectl('apply', '-k', `${REPOSITORY}/examples/guestbook/manifests`);
    for (const part of ['store', 'api', 'web']) await kubectl('-n', 'guestbook', 'rollout', 'status', `deployment/${part}`, '--timeout=120s');
    await vi.waitFor(async () => expect((await freshRequest('http://127.0.0.1:30080', { name: 'Ada', text: 'fair winds' })).status).toBe(303), { timeout: 30_000, interval: 200 });
    expect((await freshRequest('http://127.0.0.1:30080')).body).toContain('fair winds');
  });

  it('runs the same pods after kill -9 of the whole cluster, and again after a stop with one more start of each container', async () => {
    const restarts = (): Promise<string> => kubectl('-n', 'guestbook', 'get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[0].restartCount}');
    const ids = async (): Promise<string[]> => (await kubectl('-n', 'guestbook', 'get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[0].containerID}')).split(' ').sort();
    const running = await ids();
    process.kill((JSON.parse((await command('status', '-o', 'json')).stdout) as { pid: number }).pid, 'SIGKILL');
    expect((await command('start')).code).toBe(0);
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
    expect(await ids()).toEqual(running);
    await command('stop');
    expect((await command('start')).code).toBe(0);
    await vi.waitFor(async () => expect(await restarts()).toBe('1 1 1 1 1'), { timeout: 60_000, interval: 300 });
    for (const part of ['store', 'api', 'web']) await kubectl('-n', 'guestbook', 'rollout', 'status', `deployment/${part}`, '--timeout=120s');
    await vi.waitFor(async () => expect((await freshRequest('http://127.0.0.1:30080')).status).toBe(200), { timeout: 30_000, interval: 200 });
  });

  it('leaves nothing when the cluster is deleted', async () => {
    expect((await command('delete')).code).toBe(0);
    await vi.waitFor(async () => expect((await tracesOf(gantry.cluster, gantry.home)).filter((trace) => !before.includes(trace))).toEqual([]), { timeout: 20_000, interval: 500 });
  });
});
