import { FakeClock, settle, silentLogger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { EventContent } from '@gantry/controller';
import { expect, test } from 'vitest';
import { IMAGE_GARBAGE_DEFAULTS, imageGarbageLoop } from './image-garbage.js';

type Answer = { readonly wanted: number; readonly freed: number } | Error;

/** Lets the loop look as often as there are answers; what it said of the node. */
async function look(answers: readonly Answer[]): Promise<{ asked: unknown[]; said: EventContent[] }> {
  const clock = new FakeClock();
  const stop = new AbortController();
  const [asked, said]: [unknown[], EventContent[]] = [[], []];
  const collectImageGarbage = (limits: unknown): Promise<{ wanted: number; freed: number }> => {
    const answer = answers[asked.push(limits) - 1]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const done = imageGarbageLoop({ runtime: { collectImageGarbage } as unknown as ContainerRuntime, settings: IMAGE_GARBAGE_DEFAULTS, clock, logger: silentLogger, event: (content) => void said.push(content) }, stop.signal);
  for (let index = 1; index < answers.length; index += 1) {
    await settle();
    clock.advance(300_000);
  }
  await settle();
  stop.abort();
  await done;
  return { asked, said };
}

test('it looks every five minutes, with the thresholds of a kubelet', async () => {
  const { asked, said } = await look([{ wanted: 0, freed: 0 }, { wanted: 10, freed: 12 }]);
  expect(asked).toEqual(Array.from({ length: 2 }, () => ({ high: 85, low: 80, minimumAge: 120_000, maximumAge: 0 })));
  expect(said).toEqual([]);
});

test('it says on the node what did not come free, and that it failed when it did so twice', async () => {
  const { said } = await look([{ wanted: 10, freed: 3 }, new Error('no disk'), { wanted: 0, freed: 0 }, new Error('no disk')]);
  expect(said.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
    'FreeDiskSpaceFailed: Failed to garbage collect required amount of images. Attempted to free 10 bytes, but only found 3 bytes eligible to free.',
    'ImageGCFailed: Error: no disk',
  ]);
});

test("an engine's images are left alone", async () => {
  await imageGarbageLoop({ runtime: {} as ContainerRuntime, settings: IMAGE_GARBAGE_DEFAULTS, clock: new FakeClock(), logger: silentLogger, event: () => expect.unreachable() }, new AbortController().signal);
});
