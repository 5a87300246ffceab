import { describe, expect, it } from 'vitest';
import { mayBeRearranged } from './rearranged.js';

describe('texts of one length', () => {
  it.each([
    ['the same', '{"a":1,"b":"x"}', '{"a":1,"b":"x"}', true],
    ['fields in another order', '{"a":1,"b":"x"}', '{"b":"x","a":1}', true],
    ['fields of an inner object in another order', '{"s":{"a":[1,2],"bc":"é"}}', '{"s":{"bc":"é","a":[1,2]}}', true],
    ['another value', '{"a":1,"b":"x"}', '{"a":2,"b":"x"}', false],
    ['another name', '{"a":1,"b":"x"}', '{"c":1,"b":"x"}', false],
    ['two values that make up for each other in the sum alone', '{"a":2,"b":2}', '{"a":1,"b":3}', false],
  ])('%s', (_, left, right, expected) => {
    expect(mayBeRearranged(Buffer.from(left), Buffer.from(right))).toBe(expected);
  });
});
