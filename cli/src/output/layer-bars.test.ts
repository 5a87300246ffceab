import type { LayerProgress } from '@gantry/container-images';
import { expect, test } from 'vitest';
import { LayerBars, lineOf } from './layer-bars.js';

const digest = `sha256:193998e47e12${'0'.repeat(52)}`;
const at = (state: LayerProgress['state'], current: number, total = 45_600_000): LayerProgress => ({ digest, state, current, total });

test.each([
  [at('waiting', 0), '193998e47e12  waiting      45.6 MB'],
  [at('downloading', 0), '193998e47e12  downloading  [>                       ]  0 B of 45.6 MB'],
  [at('downloading', 22_800_000), '193998e47e12  downloading  [============>           ]  22.8 MB of 45.6 MB'],
  [at('downloading', 45_600_000), '193998e47e12  downloading  [========================]  45.6 MB of 45.6 MB'],
  [at('done', 0, 0), '193998e47e12  done'],
])('%o is shown as "%s"', (progress, line) => {
  expect(lineOf(progress, true)).toBe(line);
});

test('where there is no terminal, each layer is one line, when it is done', () => {
  const written: string[] = [];
  const bars = new LayerBars({ isTTY: false, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream);
  for (const progress of [at('waiting', 0), at('downloading', 5), at('downloading', 9), at('unpacking', 9), at('done', 9)]) bars.report(progress);
  bars.end();
  expect(written).toEqual(['193998e47e12  done         45.6 MB\n']);
});
