import { describe, expect, test } from 'vitest';
import { TerminalSizes } from './terminal-sizes.js';

const read = (...chunks: string[]): unknown[] => {
  const sizes = new TerminalSizes();
  return chunks.flatMap((chunk) => sizes.read(Buffer.from(chunk)));
};

describe('the sizes of a terminal', () => {
  test('come one after the other, however they are cut', () => {
    expect(read('{"Width":80,"Height":24}\n{"Wid', 'th":100,"Hei', 'ght":30}\n')).toEqual([{ width: 80, height: 24 }, { width: 100, height: 30 }]);
  });
  test.each(['nonsense}', '{"Width":0,"Height":24}', '{"Width":"80","Height":24}', '{"Width":1e9,"Height":24}', 'null}', `${'x'.repeat(10_000)}`])('%s is passed over', (text) => {
    expect(read(text)).toEqual([]);
  });
  test('are read on behind what is none', () => {
    expect(read('{"a":1}{"Width":80,"Height":24}')).toEqual([{ width: 80, height: 24 }]);
  });
});
