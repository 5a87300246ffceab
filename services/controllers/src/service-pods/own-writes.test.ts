import { describe, expect, it } from 'vitest';
import { OwnWrites } from './own-writes.js';

function scene() {
  const cache = { revision: 10 };
  const writes = new OwnWrites(() => cache.revision);
  const object = (revision: number) => ({ metadata: { resourceVersion: String(revision) } });
  return {
    writes,
    wrote: (revision: number) => writes.wrote('k', object(revision)),
    /** The cache shows this change. */
    show(revision: number): boolean {
      cache.revision = revision;
      return writes.concerns('k', object(revision));
    },
  };
}

describe('own writes', () => {
  it('are waited for, and the last one that was waited for asks for a look', () => {
    const { writes, wrote, show } = scene();
    wrote(11);
    wrote(12);
    expect(writes.isBehind('k')).toBe(true);
    expect(writes.isBehind('other')).toBe(false);
    expect(show(11)).toBe(false);
    expect(writes.isBehind('k')).toBe(true);
    expect(show(12)).toBe(true);
    expect(writes.isBehind('k')).toBe(false);
  });

  it('ask for nothing where nobody waits', () => {
    const { wrote, show } = scene();
    wrote(11);
    expect(show(11)).toBe(false);
  });

  it('hide no change of somebody else, even between them', () => {
    const { wrote, show } = scene();
    wrote(11);
    wrote(13);
    expect([show(11), show(12), show(13), show(14)]).toEqual([false, true, false, true]);
  });

  it('are over where the cache went past them, or had them before the answer came', () => {
    const { writes, wrote, show } = scene();
    wrote(10);
    expect(writes.isBehind('k')).toBe(false);
    wrote(11);
    expect(show(15)).toBe(true);
    expect(writes.isBehind('k')).toBe(false);
  });

  it('are forgotten with their key', () => {
    const { writes, wrote } = scene();
    wrote(11);
    writes.forget('k');
    expect(writes.isBehind('k')).toBe(false);
  });
});
