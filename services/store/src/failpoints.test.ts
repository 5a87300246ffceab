import { describe, expect, it } from 'vitest';
import { Failpoints, parseFailpoints } from './failpoints.js';

describe('failpoints', () => {
  it('let everything pass when none is armed', () => {
    expect(new Failpoints().pass('before-commit')).toBeUndefined();
  });

  it('wait where they are armed to, from the pass that was asked for', async () => {
    const failpoints = parseFailpoints('before-commit=sleep:1@2, after-commit=sleep:1');
    expect(failpoints.pass('before-commit')).toBeUndefined();
    await expect(failpoints.pass('before-commit')).resolves.toBeUndefined();
    expect(failpoints.pass('after-commit')).toBeInstanceOf(Promise);
  });

  it.each(['before-comit=crash', 'before-commit', 'before-commit=explode', 'before-commit=sleep'])('refuses %j', (text) => {
    expect(() => parseFailpoints(text)).toThrow(RangeError);
  });
});
