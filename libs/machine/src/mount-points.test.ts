import { expect, it } from 'vitest';
import { mountsBelow, parseMountPoints } from './mount-points.js';

it('reads mount points in their order, with what the kernel escapes', () => {
  expect(parseMountPoints('22 1 0:21 / / rw - ext4 /dev/x rw\n36 22 0:30 / /a\\040b/c rw,nosuid shared:1 - tmpfs tmpfs rw\n')).toEqual(['/', '/a b/c']);
});

it.skipIf(process.platform !== 'linux')('finds those at and below a directory, the innermost first, and none whose name only begins so', async () => {
  const below = await mountsBelow('/proc');
  expect(below.at(-1)).toBe('/proc');
  expect(await mountsBelow('/pro')).toEqual([]);
});
