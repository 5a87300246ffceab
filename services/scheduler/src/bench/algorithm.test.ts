import { expect, it } from 'vitest';
import { measureAlgorithm } from './algorithm.js';

it('places every pod of the benchmark', () => {
  expect(measureAlgorithm(200, 300)).toMatchObject({ nodes: 200, pods: 300, placed: 300 });
});
