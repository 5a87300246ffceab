import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ContainerRuntime } from '../runtime.js';
import { createDockerRuntime } from './docker-runtime.js';
import { engineAbsent, ownCluster, removeAll, testImage } from './docker-harness.suite.js';

const options = ownCluster();
let absent: string | undefined;
let runtime: ContainerRuntime;
let id: string;

beforeAll(async () => {
  absent = await engineAbsent();
  if (absent !== undefined) return;
  runtime = createDockerRuntime(options);
  const sandbox = await runtime.runSandbox({ metadata: { uid: 'u', name: 'p', namespace: 'default', attempt: 0 }, hostname: 'p', labels: {}, annotations: {}, network: 'pod' });
  id = await runtime.createContainer(sandbox, {
    name: 'c', attempt: 0, image: testImage, command: ['sleep', '600'], env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '/c/0.log', stdin: false, stdinOnce: false, tty: false,
    security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
  });
  await runtime.startContainer(id);
});
afterAll(async () => {
  if (absent !== undefined) return;
  await removeAll(options.cluster);
  await runtime.close();
});

const processes = async (): Promise<string> => Buffer.from((await runtime.execSync(id, ['ps'], 10_000)).stdout).toString();

test('a command that takes too long is ended', async (context) => {
  if (absent !== undefined) return context.skip(absent);
  await expect(runtime.execSync(id, ['sleep', '555'], 1000)).rejects.toMatchObject({ code: 'deadline' });
  await vi.waitFor(async () => expect(await processes()).not.toContain('sleep 555'), { timeout: 10_000 });
  expect(await processes()).toContain('sleep 600');
});

test('a command may print more than is kept', async (context) => {
  if (absent !== undefined) return context.skip(absent);
  const { exitCode, stdout, stderr } = await runtime.execSync(id, ['sh', '-c', 'yes | head -c 1000000; echo no >&2; exit 3'], 10_000);
  expect([exitCode, stdout.length, Buffer.from(stderr).toString()]).toEqual([3, 16_384, 'no\n']);
});
