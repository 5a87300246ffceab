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

  it('waits for a part that is still starting, and stops it then', async () => {
    const stopped: string[] = [];
    const stack = new Stack(silentLogger);
    const slow = Promise.withResolvers<string>();
    void stack.starting('slow', slow.promise, (part) => Promise.resolve(stopped.push(part)));
    const unwinding = stack.unwind();
    slow.resolve('slow');
    await unwinding;
    expect(stopped).toEqual(['slow']);
  });

  it('has nothing to stop of a part whose start failed', async () => {
    const stopped: string[] = [];
    const stack = new Stack(silentLogger);
    await expect(stack.starting('part', Promise.reject(new Error('no')), () => Promise.resolve(stopped.push('part')))).rejects.toThrow('no');
    await stack.unwind();
    expect(stopped).toEqual([]);
  });

  it('stops each part once, whoever asks', async () => {
    let stops = 0;
    const stack = new Stack(silentLogger);
    stack.push('part', () => Promise.resolve(stops++));
    await Promise.all([stack.unwind(), stack.unwind()]);
    expect(stops).toBe(1);
  });
});
