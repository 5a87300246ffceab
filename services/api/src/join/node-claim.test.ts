import { describe, expect, it } from 'vitest';
import { JOIN_PATIENCE_MS, judgeClaim } from './node-claim.js';

const NOW = 1_000_000;
const mine = { fingerprint: 'mine', seen: 0 };
const others = { fingerprint: 'others', seen: 0 };

describe('whose a node’s name is', () => {
  it.each([
    ['nobody’s: free', 'free', { pin: undefined, liveUntil: undefined }],
    ['of a node that ended, whose key is not known: free', 'free', { pin: undefined, liveUntil: NOW }],
    ['of a node that lives, whose key is not known: taken', 'taken', { pin: undefined, liveUntil: NOW + 1 }],
    ['mine, whether I live or not: own', 'own', { pin: mine, liveUntil: undefined }],
    ['mine while I live: own', 'own', { pin: mine, liveUntil: NOW + 1 }],
    ['another’s who lives: taken', 'taken', { pin: others, liveUntil: NOW + 1 }],
    ['another’s who ended: free', 'free', { pin: others, liveUntil: NOW }],
    ['another’s who has only just joined: taken', 'taken', { pin: { ...others, seen: NOW + 1 - JOIN_PATIENCE_MS }, liveUntil: undefined }],
    ['another’s who joined and never came: free', 'free', { pin: { ...others, seen: NOW - JOIN_PATIENCE_MS }, liveUntil: undefined }],
  ] as const)('%s', (_name, judgement, state) => {
    expect(judgeClaim(state, 'mine', NOW)).toBe(judgement);
  });
});
