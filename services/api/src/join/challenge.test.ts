import { describe, expect, it } from 'vitest';
import { Challenges } from './challenge.js';

const secret = Buffer.alloc(32, 7);
let now = 5_000_000;
const challenges = new Challenges(secret, () => now);

describe('a challenge', () => {
  it('is fresh at every replica, for a minute', () => {
    const challenge = challenges.make();
    const replica = new Challenges(secret, () => now);
    expect(replica.isFresh(challenge)).toBe(true);
    now += 60_000;
    expect(replica.isFresh(challenge)).toBe(false);
  });

  it('is another each time', () => {
    expect(challenges.make()).not.toBe(challenges.make());
  });

  it('of another cluster, of one’s own making or with another time is not', () => {
    const [time, nonce, seal] = challenges.make().split('.');
    const other = new Challenges(Buffer.alloc(32, 8), () => now).make();
    for (const forged of [other, '', '..', `${String(time)}.${String(nonce)}.`, `${(now + 1).toString(36)}.${String(nonce)}.${String(seal)}`, `${String(time)}.x.${String(seal)}`]) expect(challenges.isFresh(forged)).toBe(false);
  });
});
