import { describe, expect, it } from 'vitest';
import { RevisionAge } from './compactor.js';

const MINUTE = 60_000;

describe('what may be compacted', () => {
  it('is nothing before history is old enough', () => {
    const age = new RevisionAge({ keepMs: 5 * MINUTE, keepRevisions: 0 });
    age.record(0, 100);
    expect(age.target(5 * MINUTE - 1, 10_000)).toBe(0);
    expect(age.target(5 * MINUTE, 10_000)).toBe(100);
  });

  it('moves on with time', () => {
    const age = new RevisionAge({ keepMs: 5 * MINUTE, keepRevisions: 0 });
    for (let minute = 0; minute <= 20; minute++) age.record(minute * MINUTE, minute * 1_000);
    expect(age.target(20 * MINUTE, 20_000)).toBe(15_000);
    expect(age.target(21 * MINUTE, 20_000)).toBe(16_000);
  });

  it('spares the newest revisions whatever their age', () => {
    const age = new RevisionAge({ keepMs: MINUTE, keepRevisions: 1_000 });
    age.record(0, 5_000);
    expect(age.target(MINUTE, 5_200)).toBe(4_200);
    expect(age.target(MINUTE, 500)).toBe(0);
  });
});
