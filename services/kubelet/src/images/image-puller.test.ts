import { FakeClock, settle } from '@gantry/async';
import { createHollowRuntime } from '@gantry/container-runtime';
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
  const puller = createImagePuller({ runtime, clock, event, pullSecrets: () => Promise.resolve([]), settled: () => undefined });
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
