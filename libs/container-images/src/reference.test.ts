import { expect, test } from 'vitest';
import { formatReference, parseReference } from './reference.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36'],
  ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['index.docker.io/library/busybox:1', 'docker.io/library/busybox:1'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost/a', 'localhost/a:latest'],
  ['localhost:5000/a/b:1', 'localhost:5000/a/b:1'],
  ['[::1]:5000/a', '[::1]:5000/a:latest'],
  [`busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`],
  [`busybox:1@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`],
  ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest'],
])('%s is %s', (text, full) => {
  expect(formatReference(parseReference(text))).toBe(full);
});

test.each(['', 'UPPER', 'a:', 'a/', '/a', 'a//b', 'a b', 'a:-x', 'a@sha256:12', `a@md5:${'0'.repeat(32)}`, `a@${DIGEST}@${DIGEST}`, '../a', 'example.com/../a', `${'a/'.repeat(130)}b`, `a:${'x'.repeat(129)}`, 'ex ample.com/a'])(
  '%j is no reference',
  (text) => {
    expect(() => parseReference(text)).toThrow(`couldn't parse image name "${text}": invalid reference format`);
  },
);
