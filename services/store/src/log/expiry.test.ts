import type { WriteOperation } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { pod } from '../../../../libs/storage/src/storage.suite.js';
import { expire, expiredKeys } from './expiry.js';
import { LogState } from './state.js';

const state = () =>
  new LogState(300, new Map(), Array.from({ length: 300 }, (_, i) => ({ key: pod(`p${i}`), revision: i + 1, digest: '', expiresAt: i < 200 ? 1_000 + i : 0 })));

describe('the expiry of keys', () => {
  it('begins when the time is over, not before, and never for keys without one', () => {
    expect(expiredKeys(state(), 999)).toEqual([]);
    expect(expiredKeys(state(), 1_001)).toEqual([pod('p0'), pod('p1')]);
    expect(expiredKeys(state(), 1e9, 1_000)).toHaveLength(200);
  });

  it('deletes at the revision that expired, a limited number at a time', async () => {
    const writes: WriteOperation[] = [];
    await expire(state(), async ([operation]) => (writes.push(operation!), { ok: true, revisions: [] }), 1e9);
    expect(writes).toHaveLength(100);
    expect(writes[4]).toEqual({ type: 'delete', key: pod('p4'), expectedRevision: 5 });
  });
});
