import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuantity } from '@gantry/apimachinery';
import { expect, test } from 'vitest';
import { diskSize } from './disk-size.js';

test('the disk of a folder is that of the folder above it, until it is there', async () => {
  const size = await diskSize(tmpdir());
  expect(size).toMatch(/^\d+Ki$/);
  expect(parseQuantity(size).toNumber()).toBeGreaterThan(2 ** 20);
  expect(await diskSize(join(tmpdir(), 'not', 'there'))).toBe(size);
});
