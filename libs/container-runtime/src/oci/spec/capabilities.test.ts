import { describe, expect, test } from 'vitest';
import { ALL_CAPABILITIES } from '../../capabilities.js';
import { containerCapabilities, specCapabilities } from './capabilities.js';

const available = new Set([...ALL_CAPABILITIES].filter((name) => name !== 'SYS_RESOURCE'));
const USUAL = 14;

function held(add: string[], drop: string[], privileged = false): string[] {
  return containerCapabilities({ privileged, capabilitiesAdd: add, capabilitiesDrop: drop }, available);
}

describe('capabilities', () => {
  test.each<[string, string[], string[], number, string[], string[]]>([
    ['nothing asked', [], [], USUAL, ['CHOWN', 'NET_RAW'], ['SYS_ADMIN']],
    ['one more', ['NET_ADMIN'], [], USUAL + 1, ['NET_ADMIN'], []],
    ['one less, whatever its writing', [], ['cap_net_raw'], USUAL - 1, [], ['NET_RAW']],
    ['none', [], ['ALL'], 0, [], []],
    ['none but one', ['CAP_CHOWN'], ['all'], 1, ['CHOWN'], []],
    ['all that there are', ['ALL'], [], 40, ['SYS_ADMIN'], ['SYS_RESOURCE']],
    ['all but one', ['ALL'], ['SYS_ADMIN'], 39, ['NET_ADMIN'], ['SYS_ADMIN']],
    ['one that cannot be given is asked for all the same', ['SYS_RESOURCE'], [], USUAL + 1, ['SYS_RESOURCE'], []],
  ])('%s', (_, add, drop, count, with_, without) => {
    const names = held(add, drop);
    expect(names).toHaveLength(count);
    expect(names).toEqual(expect.arrayContaining(with_));
    for (const name of without) expect(names).not.toContain(name);
  });

  test('a privileged container has what can be given, whatever it asks', () => {
    expect(held([], ['ALL'], true)).toEqual([...available].sort());
  });

  test('what is no capability is refused', () => {
    expect(() => held(['FLY'], [])).toThrow('unknown capability "CAP_FLY"');
  });

  test('they are neither inherited nor ambient', () => {
    expect(specCapabilities(['KILL'])).toEqual({ bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] });
  });
});
