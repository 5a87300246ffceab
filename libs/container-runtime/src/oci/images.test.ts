import type { GarbageReport, ImageStore } from '@gantry/container-images';
import { ImageError } from '@gantry/container-images';
import { expect, test } from 'vitest';
import { RuntimeError } from '../runtime.js';
import { imageVerbs } from './images.js';

const limits = { high: 85, low: 80, minimumAge: 0, maximumAge: 0 };
const verbsOf = (store: Partial<ImageStore>): ReturnType<typeof imageVerbs> => imageVerbs(store as ImageStore);

test('of what came free, leftovers do not count: the disk was looked at after they went', async () => {
  const report: GarbageReport = { removed: [], freed: 1000, usedBefore: 90, usedAfter: 88, wanted: 500, short: 400 };
  expect(await verbsOf({ collectGarbage: () => Promise.resolve(report) }).collectImageGarbage?.(limits)).toEqual({ wanted: 500, freed: 100 });
});

test('errors of the store are those of a runtime', async () => {
  const failure = verbsOf({ collectGarbage: () => Promise.reject(new ImageError('invalid', 'no')), get: () => Promise.reject(new ImageError('invalid', 'no')) });
  for (const failed of [failure.imageStatus('a'), failure.collectImageGarbage?.(limits)]) await expect(failed).rejects.toEqual(expect.objectContaining({ code: 'invalid', message: 'no', name: new RuntimeError('invalid', '').name }));
});
