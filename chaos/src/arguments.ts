import { defaultChaosOptions, type ChaosOptions } from './options.js';

export const USAGE = `npm run chaos -- [--minutes M | --seconds S] [--seed S] [--carrier socket|nats] [--clients N] [--stores N] [--apis N] [--gentle] [--leader-kills N] [-o table|json] [--verbose]`;

export interface ChaosArguments {
  readonly options: ChaosOptions;
  readonly output: 'table' | 'json';
}

interface Reader {
  readonly take: (name: string) => string | undefined;
  readonly number: (name: string, fallback: number, least: number) => number;
}

/** Throws a RangeError that says what is wrong. */
export function parseArguments(words: readonly string[], now: () => number = Date.now): ChaosArguments {
  const given = readWords(words);
  const reader: Reader = { take: (name) => given.get(name), number: (name, fallback, least) => numberOf(name, given.get(name), fallback, least) };
  const seconds = given.has('seconds') ? reader.number('seconds', 0, 1) : reader.number('minutes', defaultChaosOptions.seconds / 60, 0.1) * 60;
  return {
    output: choice('output', given.get('output') ?? given.get('o') ?? 'table', ['table', 'json']),
    options: {
      seconds,
      seed: reader.number('seed', Math.floor(now()) % 1_000_000, 0),
      carrier: choice('carrier', given.get('carrier') ?? defaultChaosOptions.carrier, ['socket', 'nats']),
      clients: reader.number('clients', defaultChaosOptions.clients, 1),
      stores: reader.number('stores', defaultChaosOptions.stores, 1),
      apis: reader.number('apis', defaultChaosOptions.apis, 1),
      isGentle: given.has('gentle'),
      leaderKills: reader.number('leader-kills', 0, 0),
      isVerbose: given.has('verbose'),
    },
  };
}

const FLAGS = new Set(['gentle', 'verbose']);
const VALUES = new Set(['minutes', 'seconds', 'seed', 'carrier', 'clients', 'stores', 'apis', 'leader-kills', 'output', 'o']);

function readWords(words: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const name = /^--?([a-z-]+)$/.exec(words[at] ?? '')?.[1] ?? '';
    if (FLAGS.has(name)) given.set(name, 'yes');
    else if (VALUES.has(name) && words[at + 1] !== undefined) given.set(name, words[(at += 1)] ?? '');
    else throw new RangeError(`not understood: ${words[at]}`);
  }
  return given;
}

function numberOf(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new RangeError(`--${name} is a number from ${least}, not ${text}`);
  return value;
}

function choice<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === text);
  if (found === undefined) throw new RangeError(`--${name} is one of ${choices.join(', ')}, not ${text}`);
  return found;
}
