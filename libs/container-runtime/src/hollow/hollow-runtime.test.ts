import { FakeClock } from '@gantry/async';
import { expect, test } from 'vitest';
import { describeContainerRuntime } from '../container-runtime.suite.js';
import type { ContainerConfig, SandboxConfig } from '../runtime.js';
import { createHollowRuntime } from './hollow-runtime.js';

describeContainerRuntime('hollow', async () => {
  const runtime = createHollowRuntime({ pullFailure: (image) => (image === 'missing:1' ? 'not found' : undefined) });
  return {
    runtime,
    again: () => runtime,
    image: 'example.com/web:1',
    missingImage: 'missing:1',
    behave: ({ prints, exitsWith }) => ({
      annotations: {
        ...(prints === undefined ? {} : { 'hollow.gantry.io/log': prints }),
        ...(exitsWith === undefined ? {} : { 'hollow.gantry.io/exit-after': '0', 'hollow.gantry.io/exit-code': String(exitsWith) }),
      },
    }),
    unstartable: () => ({ annotations: { 'hollow.gantry.io/start-error': 'no such file' } }),
    dispose: () => runtime.close(),
  };
});

const sandbox = (annotations: Record<string, string>): SandboxConfig => ({
  metadata: { name: 'p', namespace: 'default', uid: 'u', attempt: 0 }, hostname: 'p', labels: {}, annotations, network: 'pod',
});

const container: ContainerConfig = {
  name: 'main', attempt: 0, image: 'x', env: [], mounts: [], labels: {}, annotations: {}, resources: {}, logPath: '', stdin: false, stdinOnce: false, tty: false,
  security: { privileged: false, readonlyRootfs: false, noNewPrivileges: false, capabilitiesAdd: [], capabilitiesDrop: [] },
};

test('a container exits when its clock says so, with the code of its own annotation', async () => {
  const clock = new FakeClock(1000);
  const runtime = createHollowRuntime({ clock });
  const annotations = { 'hollow.gantry.io/exit-after': '30', 'hollow.gantry.io/exit-code': '1', 'main.hollow.gantry.io/exit-code': '7' };
  const id = await runtime.createContainer(await runtime.runSandbox(sandbox(annotations)), container);
  await runtime.startContainer(id);
  await clock.advanceAndSettle(29_000);
  expect((await runtime.containerStatus(id)).state).toBe('running');
  await clock.advanceAndSettle(1000);
  expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 7, startedAt: 1000, finishedAt: 31_000 });
  expect(clock.pendingTimers).toBe(0);
});

test('verbs take the time they are told to', async () => {
  const clock = new FakeClock();
  const runtime = createHollowRuntime({ clock, delays: { runSandbox: 500 } });
  const running = runtime.runSandbox(sandbox({}));
  await clock.advanceAndSettle(499);
  expect(await runtime.listSandboxes()).toEqual([]);
  await clock.advanceAndSettle(1);
  expect((await runtime.sandboxStatus(await running)).createdAt).toBe(500);
});

test('sandboxes have different addresses, and an address comes back into use', async () => {
  const runtime = createHollowRuntime({ podCidr: '10.1.0.0/30' });
  const first = await runtime.runSandbox(sandbox({}));
  const second = await runtime.runSandbox(sandbox({}));
  const ip = async (id: string): Promise<string | undefined> => (await runtime.sandboxStatus(id)).ip;
  expect([await ip(first), await ip(second), await ip(await runtime.runSandbox(sandbox({})))]).toEqual(['10.1.0.1', '10.1.0.2', undefined]);
  await runtime.removeSandbox(first);
  expect(await ip(await runtime.runSandbox(sandbox({})))).toBe('10.1.0.1');
});
