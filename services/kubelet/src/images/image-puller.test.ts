import type { coreV1 } from '@gantry/api-types';
import { FakeClock, settle } from '@gantry/async';
import type { ContainerRuntime, Image } from '@gantry/container-runtime';
import { createHollowRuntime, RuntimeError } from '@gantry/container-runtime';
import { expect, test } from 'vitest';
import type { Container, Pod } from '../pods/pod.js';
import { createImagePuller } from './image-puller.js';

const pod = { metadata: { name: 'p', namespace: 'd', uid: 'u' } } as Pod;

/** Looks at all containers of a pod at once, as its worker does, until each has its image; returns what was said on the way. */
async function pullAll(imagePullPolicy: string, names: readonly string[]): Promise<string[]> {
  const clock = new FakeClock();
  const said: string[] = [];
  const runtime = createHollowRuntime({ clock });
  const event = (_: Pod, container: string, { reason }: { reason: string }): void => void said.push(`${container} ${reason}`);
  const puller = createImagePuller({ runtime, clock, event, pullSecrets: () => Promise.resolve([]), settled: () => undefined, parallelPulls: 2 });
  let waiting = names.map((name): Container => ({ name, image: 'example.com/web:1', imagePullPolicy }));
  for (let look = 0; waiting.length > 0; look += 1) {
    expect(look).toBeLessThan(10);
    const states = await Promise.all(waiting.map((container) => puller.ensure(pod, container, `s/${container.name}/0`)));
    waiting = waiting.filter((_, index) => states[index]?.state !== 'present');
    await settle();
  }
  return said.filter((text) => text.endsWith('Pulling'));
}

test('containers that share an image pull it once', async () => {
  expect(await pullAll('IfNotPresent', ['a', 'b', 'c'])).toEqual(['a Pulling']);
});

test('a policy of Always pulls once for each start, also where containers share the image', async () => {
  expect((await pullAll('Always', ['a', 'b', 'c'])).sort()).toEqual(['a Pulling', 'b Pulling', 'c Pulling']);
});

/** A container's image on a machine where pulls go as `pullImage` says, and what is said of it. */
function oneContainer(pullImage: ContainerRuntime['pullImage'], { policy = 'IfNotPresent', image = 'example.com/web:1', secrets = [] as coreV1.Secret[] } = {}) {
  const clock = new FakeClock();
  const events: string[] = [];
  const present = new Map<string, Image>();
  const runtime = {
    imageStatus: (name: string) => Promise.resolve(present.get(name)),
    pullImage: async (name: string, credentials: Parameters<typeof pullImage>[1]) => {
      const id = await pullImage(name, credentials);
      present.set(name, { id, repoTags: [name], repoDigests: [], size: 1234 });
      return id;
    },
  } as unknown as ContainerRuntime;
  const puller = createImagePuller({ runtime, clock, event: (_, __, { type, reason, message }) => void events.push(`${type} ${reason} ${message}`), pullSecrets: () => Promise.resolve(secrets), settled: () => undefined, parallelPulls: 1 });
  const look = async (): ReturnType<typeof puller.ensure> => {
    const state = await puller.ensure(pod, { name: 'c', image, imagePullPolicy: policy }, 's/c/0');
    await settle();
    return state;
  };
  return { clock, events, present, look };
}

const gone = (): Promise<string> => Promise.reject(new RuntimeError('image-not-found', 'example.com/web:1: not found'));

test('a pull that fails is shown as itself, then as a back-off of 10 s and more, up to 5 min', async () => {
  const { clock, events, look } = oneContainer(gone);
  expect(await look()).toEqual({ state: 'pulling' });
  expect(await look()).toMatchObject({ state: 'failed', waiting: { reason: 'ErrImagePull', message: 'example.com/web:1: not found' } });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    clock.advance(1000);
    const state = await look();
    expect(state).toMatchObject({ state: 'failed', waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example.com/web:1": ErrImagePull: example.com/web:1: not found' } });
    waits.push((state as { wakeAt: number }).wakeAt - clock.now() + 1000);
    clock.advance((state as { wakeAt: number }).wakeAt - clock.now());
    expect(await look()).toEqual({ state: 'pulling' });
  }
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  expect(events.slice(0, 6)).toEqual([
    'Normal Pulling Pulling image "example.com/web:1"',
    'Warning Failed Failed to pull image "example.com/web:1": example.com/web:1: not found',
    'Warning Failed Error: ErrImagePull',
    'Normal BackOff Back-off pulling image "example.com/web:1"',
    'Warning Failed Error: ImagePullBackOff',
    'Normal Pulling Pulling image "example.com/web:1"',
  ]);
});

test('a pull that goes well is told with its size', async () => {
  const { events, look } = oneContainer(() => Promise.resolve('sha256:1'));
  await look();
  expect(await look()).toMatchObject({ state: 'present', image: { id: 'sha256:1' } });
  expect(events).toEqual(['Normal Pulling Pulling image "example.com/web:1"', 'Normal Pulled Successfully pulled image "example.com/web:1" in 0s (0s including waiting). Image size: 1234 bytes.']);
});

test('a policy of Never pulls nothing', async () => {
  const { events, present, look } = oneContainer(gone, { policy: 'Never' });
  const message = 'Container image "example.com/web:1" is not present with pull policy of Never';
  expect(await look()).toEqual({ state: 'failed', waiting: { reason: 'ErrImageNeverPull', message } });
  expect(events).toEqual([`Warning ErrImageNeverPull ${message}`, 'Warning Failed Error: ErrImageNeverPull']);
  present.set('example.com/web:1', { id: 'sha256:1', repoTags: [], repoDigests: [], size: 1 });
  expect(await look()).toMatchObject({ state: 'present' });
});

test('what is no name is never pulled', async () => {
  const { look } = oneContainer(gone, { image: 'No Name' });
  expect(await look()).toMatchObject({ state: 'failed', waiting: { reason: 'InvalidImageName', message: 'Failed to apply default image tag "No Name": couldn\'t parse image name "No Name": invalid reference format' } });
});

test('credentials are tried one after another until one fits', async () => {
  const secret = (username: string): coreV1.Secret => ({ data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'example.com': { username, password: 'x' } } })).toString('base64') } });
  const tried: (string | undefined)[] = [];
  const pullImage: ContainerRuntime['pullImage'] = (_, credentials) => (tried.push(credentials?.username), credentials?.username === 'second' ? Promise.resolve('sha256:1') : Promise.reject(new RuntimeError('pull-failed', `denied to ${credentials?.username}`)));
  const both = oneContainer(pullImage, { secrets: [secret('first'), secret('second')] });
  await both.look();
  expect(await both.look()).toMatchObject({ state: 'present' });
  expect(tried).toEqual(['first', 'second']);
  const neither = oneContainer(pullImage, { secrets: [secret('first'), secret('third')] });
  await neither.look();
  expect(await neither.look()).toMatchObject({ waiting: { reason: 'ErrImagePull', message: '[denied to first, denied to third]' } });
});

test('one pull waits for another where one is all that is allowed', async () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const first = Promise.withResolvers<string>();
  const runtime = { imageStatus: () => Promise.resolve(undefined), pullImage: (name: string) => (asked.push(name), first.promise) } as unknown as ContainerRuntime;
  const puller = createImagePuller({ runtime, clock, event: () => undefined, pullSecrets: () => Promise.resolve([]), settled: () => undefined, parallelPulls: 1 });
  for (const image of ['a:1', 'b:1']) await puller.ensure(pod, { name: image, image, imagePullPolicy: 'Always' }, image);
  await settle();
  expect(asked).toEqual(['a:1']);
  first.resolve('sha256:1');
  await settle();
  expect(asked).toEqual(['a:1', 'b:1']);
});
