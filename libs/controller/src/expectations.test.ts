import { expect, it } from 'vitest';
import { FakeClock } from '@gantry/async';
import { EXPECTATION_TIMEOUT, Expectations } from './expectations.js';

it('is satisfied without expectations, and after each creation was seen', () => {
  const expectations = new Expectations(new FakeClock());
  expect(expectations.satisfied('rs')).toBe(true);
  expectations.expectCreations('rs', 2);
  expectations.creationObserved('rs');
  expect(expectations.satisfied('rs')).toBe(false);
  expectations.creationObserved('rs');
  expect(expectations.satisfied('rs')).toBe(true);
});

it('counts the deletion of one uid once, and not those of strangers', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectDeletions('rs', ['u1', 'u2']);
  ['u1', 'u1', 'stranger'].forEach((uid) => expectations.deletionObserved('rs', uid));
  expect(expectations.satisfied('rs')).toBe(false);
  expectations.deletionObserved('rs', 'u2');
  expect(expectations.satisfied('rs')).toBe(true);
});

it('gives up on what was not seen for five minutes', () => {
  const clock = new FakeClock();
  const expectations = new Expectations(clock);
  expectations.expectCreations('rs', 1);
  clock.advance(EXPECTATION_TIMEOUT);
  expect(expectations.satisfied('rs')).toBe(false);
  clock.advance(1);
  expect(expectations.satisfied('rs')).toBe(true);
});

it('forgets the expectations of what is gone', () => {
  const expectations = new Expectations(new FakeClock());
  expectations.expectCreations('rs', 1);
  expectations.forget('rs');
  expect(expectations.satisfied('rs')).toBe(true);
});
