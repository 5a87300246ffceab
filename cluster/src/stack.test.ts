import { silentLogger } from '@gantry/async';
import { describe, expect, it } from 'vitest';
import { Stack } from './stack.js';

describe('a stack of started parts', () => {
  it('stops them in the opposite order, though one of them fails to', async () => {
    const stopped: string[] = [];
    const stack = new Stack(silentLogger);
    stack.push('first', () => Promise.resolve(stopped.push('first')));
    stack.push('second', () => Promise.reject(new Error('stuck')));
    stack.push('third', () => Promise.resolve(stopped.push('third')));
    await stack.unwind();
    expect(stopped).toEqual(['third', 'first']);
  });

  it('stops each part once, whoever asks', async () => {
    let stops = 0;
    const stack = new Stack(silentLogger);
    stack.push('part', () => Promise.resolve(stops++));
    await Promise.all([stack.unwind(), stack.unwind()]);
    expect(stops).toBe(1);
  });
});
