import { expect, it } from 'vitest';
import { Random } from './random.js';

it('gives the same numbers for the same seed, others for another one or under another name', () => {
  const draw = (random: Random): number[] => Array.from({ length: 20 }, () => random.below(1_000));
  expect(draw(new Random(7))).toEqual(draw(new Random(7)));
  expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
  expect(draw(new Random(7).fork('clients'))).toEqual(draw(new Random(7).fork('clients')));
  expect(draw(new Random(7).fork('clients'))).not.toEqual(draw(new Random(7).fork('faults')));
});
