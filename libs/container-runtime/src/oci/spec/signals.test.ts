import { expect, test } from 'vitest';
import { stopSignalNumber } from './signals.js';

test.each<[string | undefined, string | undefined, number]>([
  [undefined, undefined, 15],
  ['', '', 15],
  [undefined, 'SIGQUIT', 3],
  ['SIGUSR1', 'SIGQUIT', 10],
  ['term', undefined, 15],
  [undefined, '9', 9],
  [undefined, 'SIGRTMIN+3', 37],
  ['RTMAX-1', undefined, 63],
])('of %j and %j the signal is %i', (config, image, expected) => {
  expect(stopSignalNumber(config, image)).toBe(expected);
});

test.each(['SIGNONE', '0', '65', 'SIGRTMIN+'])('%s is no signal', (signal) => {
  expect(() => stopSignalNumber(signal, undefined)).toThrow(`"${signal}" is not a signal`);
});
