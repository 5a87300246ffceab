import { delay, FakeClock, settle, silentLogger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { describe, expect, test } from 'vitest';
import type { RunHook } from './lifecycle-hook.js';
import { createStopper } from './stopper.js';
import type { StopRequest } from './stopper.js';

/** A runtime that writes down what it is told; a hook takes `hookMs` and fails or not. */
function setting(hookMs = 0, fails = false) {
  const clock = new FakeClock();
  const said: string[] = [];
  const releases: { id: string; resolve: () => void }[] = [];
  const runtime = {
    stopContainer: (id: string, grace: number) => {
      said.push(`stop ${id} ${grace}`);
      return new Promise<void>((resolve) => void releases.push({ id, resolve }));
    },
  } as unknown as ContainerRuntime;
  const runHook: RunHook = async ({ containerId, signal }) => {
    said.push(`hook ${containerId}`);
    await delay(clock, hookMs, signal);
    if (fails) throw new Error('secret');
  };
  const settled: string[] = [];
  const stopper = createStopper({ runtime, runHook, clock, logger: silentLogger, settled: (uid, well) => void settled.push(`${uid} ${well}`) });
  const request = (more: Partial<StopRequest>): StopRequest => ({
    podUid: 'u', containerId: 'c', graceSeconds: 30, begins: () => void said.push('begins'), hookFailed: () => void said.push('hook failed'), ...more,
  });
  const release = (wanted = 'c'): void => releases.forEach(({ id, resolve }) => id === wanted && resolve());
  return { clock, said, settled, stopper, request, release };
}

const preStop: NonNullable<StopRequest['preStop']> = { handler: { exec: { command: ['bye'] } }, container: { name: 'c' }, podIp: '' };

describe('stopping a container', () => {
  test('is begun once, however often it is asked for, and told when it is over', async () => {
    const { said, settled, stopper, request, release } = setting();
    stopper.stop(request({}));
    stopper.stop(request({}));
    await settle();
    expect(said).toEqual(['begins', 'stop c 30']);
    release();
    await stopper.idle();
    expect(settled).toEqual(['u true']);
  });

  test('is hastened by a shorter grace, not slowed down by a longer one', async () => {
    const { said, stopper, request, release } = setting();
    stopper.stop(request({}));
    stopper.stop(request({ graceSeconds: 60 }));
    await settle();
    stopper.stop(request({ graceSeconds: 5 }));
    await settle();
    expect(said).toEqual(['begins', 'stop c 30', 'stop c 5']);
    release();
    await stopper.idle();
  });

  test('runs the hook first, which takes its time from the grace', async () => {
    const { clock, said, stopper, request, release } = setting(10_000);
    stopper.stop(request({ preStop }));
    await clock.advanceAndSettle(10_000);
    expect(said).toEqual(['begins', 'hook c', 'stop c 20']);
    release();
    await stopper.idle();
  });

  test('goes on after a hook that failed', async () => {
    const { clock, said, stopper, request, release } = setting(0, true);
    stopper.stop(request({ preStop }));
    clock.advance(0);
    await settle();
    expect(said).toEqual(['begins', 'hook c', 'hook failed', 'stop c 30']);
    release();
    await stopper.idle();
  });

  test('leaves two seconds after a hook that took everything', async () => {
    const { clock, said, stopper, request, release } = setting(60_000);
    stopper.stop(request({ preStop }));
    await clock.advanceAndSettle(29_999);
    expect(said.at(-1)).toBe('hook c');
    await clock.advanceAndSettle(1);
    expect(said.filter((each) => each !== 'hook failed')).toEqual(['begins', 'hook c', 'stop c 2']);
    release();
    await stopper.idle();
  });

  test('does not wait for a hook any longer than a shortened grace', async () => {
    const { clock, said, stopper, request, release } = setting(25_000);
    stopper.stop(request({ preStop }));
    await clock.advanceAndSettle(1000);
    stopper.stop(request({ preStop, graceSeconds: 4 }));
    await clock.advanceAndSettle(4000);
    expect(said.at(-1)).toBe('stop c 2');
    release();
    await stopper.idle();
    expect(clock.pendingTimers).toBe(0);
  });

  test('waits for those that end first, but not for their hooks, and not beyond the grace', async () => {
    const { clock, said, stopper, request, release } = setting(1000);
    stopper.stop(request({ containerId: 'main' }));
    stopper.stop(request({ containerId: 'side', after: ['main'], preStop, begins: () => undefined }));
    stopper.stop(request({ containerId: 'first', after: ['main', 'side'], begins: () => undefined }));
    await clock.advanceAndSettle(5000);
    expect(said).toEqual(['begins', 'hook side', 'stop main 30']);
    release('main');
    await settle();
    expect(said.at(-1)).toBe('stop side 25');
    await clock.advanceAndSettle(25_000);
    expect(said.at(-1)).toBe('stop first 2');
    release('side');
    release('first');
    await stopper.idle();
  });

  test('has no hook where there is no grace, and two seconds nevertheless', async () => {
    const { said, stopper, request, release } = setting();
    stopper.stop(request({ graceSeconds: 0, preStop }));
    await settle();
    expect(said).toEqual(['begins', 'stop c 2']);
    release();
    await stopper.idle();
  });
});
