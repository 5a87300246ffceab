import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.js';

describe('the arguments of a run', () => {
  it('have defaults, but for a seed that is new each time', () => {
    expect(parseArguments([], () => 1_234_567)).toEqual({
      output: 'table',
      options: { seconds: 60, seed: 234_567, carrier: 'socket', clients: 8, stores: 2, apis: 2, isGentle: false, leaderKills: 0, isVerbose: false },
    });
  });

  it('are read', () => {
    expect(parseArguments(['--minutes', '30', '--seed', '7', '--carrier', 'nats', '--clients', '20', '--gentle', '-o', 'json']).options).toMatchObject({ seconds: 1_800, seed: 7, carrier: 'nats', clients: 20, isGentle: true });
    expect(parseArguments(['--seconds', '45', '--leader-kills', '200']).options).toMatchObject({ seconds: 45, leaderKills: 200 });
  });

  it.each([[['--minute', '3']], [['--minutes']], [['--minutes', 'many']], [['--carrier', 'pigeon']], [['-o', 'yaml']], [['--clients', '0']]])('%j is refused', (words) => {
    expect(() => parseArguments(words)).toThrow(RangeError);
  });
});
