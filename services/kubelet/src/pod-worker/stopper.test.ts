import { FakeClock, settle, silentLogger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { describe, expect, test } from 'vitest';
import { createStopper } from './stopper.js';
import type { StopRequest } from './stopper.js';

/** A runtime that writes down what it is told; a hook takes `hookMs` and ends with `exitCode`. */
function setting(hookMs = 0, exitCode = 0) {
  const clock = new FakeClock();
  const said: string[] = [];
  const releases: (() => void)[] = [];
  const runtime = {
    execSync: async (_: string, command: readonly string[]) => {
      said.push(`exec ${command.join(' ')}`);
      clock.advance(hookMs);
      return { exitCode, stdout: new Uint8Array(), stderr: new Uint8Array() };
    },
    stopContainer: (_: string, grace: number) => {
      said.push(`stop ${grace}`);
      return new Promise<void>((resolve) => releases.push(resolve));
    },
  } as unknown as ContainerRuntime;
  const settled: string[] = [];
  const stopper = createStopper({ runtime, clock, logger: silentLogger, settled: (uid, well) => void settled.push(`${uid} ${well}`) });
  const request = (more: Partial<StopRequest>): StopRequest => ({
    podUid: 'u', containerId: 'c', graceSeconds: 30, begins: () => void said.push('begins'), hookFailed: (message) => void said.push(message), ...more,
  });
  return { clock, said, settled, stopper, request, release: () => releases.splice(0).forEach((resolve) => resolve()) };
}

describe('stopping a container', () => {
  test('is begun once, however often it is asked for, and told when it is over', async () => {
    const { said, settled, stopper, request, release } = setting();
    stopper.stop(request({}));
    stopper.stop(request({}));
    await settle();
    expect(said).toEqual(['begins', 'stop 30']);
    release();
    await stopper.idle();
    expect(settled).toEqual(['u true']);
  });

  test('is hastened by a shorter grace, not slowed down by a longer one', async () => {
    const { said, stopper, request, release } = setting();
    stopper.stop(request({}));
    stopper.stop(request({ graceSeconds: 60 }));
    stopper.stop(request({ graceSeconds: 5 }));
    await settle();
    expect(said).toEqual(['begins', 'stop 30', 'stop 5']);
    release();
    await stopper.idle();
  });

  test('runs the hook first, which takes its time from the grace', async () => {
    const { said, stopper, request, release } = setting(10_000);
    stopper.stop(request({ preStop: { exec: { command: ['bye'] } } }));
    await settle();
    expect(said).toEqual(['begins', 'exec bye', 'stop 20']);
    release();
    await stopper.idle();
  });

  test('leaves two seconds after a hook that took everything, and goes on after one that failed', async () => {
    const { said, stopper, request, release } = setting(30_000, 1);
    stopper.stop(request({ preStop: { exec: { command: ['bye'] } } }));
    await settle();
    expect(said).toEqual(['begins', 'exec bye', "command 'bye' exited with 1", 'stop 2']);
    release();
    await stopper.idle();
  });

  test('has no hook where there is no grace', async () => {
    const { said, stopper, request, release } = setting();
    stopper.stop(request({ graceSeconds: 0, preStop: { exec: { command: ['bye'] } } }));
    await settle();
    expect(said.at(-1)).toBe('stop 2');
    release();
    await stopper.idle();
  });
});
