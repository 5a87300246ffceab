import { describe, expect, test } from 'vitest';
import { skipReason, tallyOf, tallyOfRun } from './record.mjs';

describe('the tally of a vitest run', () => {
  test('counts passed, failed and skipped tests apart, and errors outside tests as failures', () => {
    const tally = tallyOf({
      tests: [
        { name: 'a', state: 'passed' },
        { name: 'b', state: 'failed', error: 'broke' },
        { name: 'c', state: 'skipped', note: 'no engine' },
      ],
      errors: [{ name: 'file', message: 'does not parse' }],
    });
    expect(tally).toMatchObject({ passed: 1, failed: 2, skips: [{ name: 'c', reason: 'no engine' }] });
  });

  test('counts a test that never ended as failed', () => {
    expect(tallyOf({ tests: [{ name: 'a', state: 'pending' }], errors: [] }).failed).toBe(1);
  });

  test('fails when the run left no record', () => {
    expect(tallyOfRun('unit', '/nowhere/record.json', 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('the reason of a skip', () => {
  test.each([
    [{ name: 'x', note: 'no engine' }, 'no engine'],
    [{ name: 'pods run (needs a Docker engine) > start' }, 'needs a Docker engine'],
    [{ name: 'pods (skipped: no engine (at all)) > start (twice)' }, 'no engine (at all)'],
    [{ name: 'pods run [needs root]' }, 'needs root'],
    [{ name: 'pods run' }, undefined],
  ])('of %j is %s', (given, expected) => {
    expect(skipReason(given)).toBe(expected);
  });
});
