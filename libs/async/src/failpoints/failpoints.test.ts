import { describe, expect, it } from 'vitest';
import { Failpoints } from './failpoints.js';
import { FAILPOINTS } from './names.js';
import { parseFailpoints } from './parse.js';

describe('failpoints', () => {
  it('let everything pass when none is armed', () => {
    expect(new Failpoints().pass('before-commit')).toBeUndefined();
  });

  it('wait where they are armed to, from the pass that was asked for, until they are disarmed', async () => {
    const failpoints = parseFailpoints('before-commit=sleep:1@2, after-commit=sleep:1', FAILPOINTS);
    expect(failpoints.pass('before-commit')).toBeUndefined();
    await expect(failpoints.pass('before-commit')).resolves.toBeUndefined();
    const waiting = failpoints.pass('after-commit');
    expect(waiting).toBeInstanceOf(Promise);
    await waiting;
    failpoints.disarm('before-commit');
    expect(failpoints.pass('before-commit')).toBeUndefined();
  });

  it.each(['before-comit=crash', 'before-commit', 'before-commit=explode', 'before-commit=sleep'])('refuses %j', (text) => {
    expect(() => parseFailpoints(text, FAILPOINTS)).toThrow(RangeError);
  });
});
