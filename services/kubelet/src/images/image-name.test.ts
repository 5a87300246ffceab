import { expect, test } from 'vitest';
import { normalizedImage } from './image-name.js';

test.each([
  ['busybox', 'busybox:latest'],
  ['busybox:1.36', 'busybox:1.36'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ['Registry.Example.com/a', 'Registry.Example.com/a:latest'],
  [`a@sha256:${'0'.repeat(64)}`, `a@sha256:${'0'.repeat(64)}`],
  [`a:1@sha256:${'f'.repeat(64)}`, `a:1@sha256:${'f'.repeat(64)}`],
  ['', undefined],
  ['Not An Image', undefined],
  ['UPPER', undefined],
  ['a:', undefined],
  ['a@sha256:12', undefined],
  ['/a', undefined],
  ['a//b', undefined],
])('%s is %s', (image, normalized) => {
  expect(normalizedImage(image)).toBe(normalized);
});
