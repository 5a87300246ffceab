import { expect, it } from 'vitest';
import { goTimeError } from './go-time-error.js';

const SECONDS = '2006-01-02T15:04:05Z07:00';
const MICROS = '2006-01-02T15:04:05.000000Z07:00';

it.each([
  ['x', SECONDS, `parsing time "x" as "${SECONDS}": cannot parse "x" as "2006"`],
  ['', SECONDS, `parsing time "" as "${SECONDS}": cannot parse "" as "2006"`],
  ['2020-01-01', SECONDS, `parsing time "2020-01-01" as "${SECONDS}": cannot parse "" as "T"`],
  ['2020-13-01T00:00:00Z', SECONDS, 'parsing time "2020-13-01T00:00:00Z": month out of range'],
  ['2020-02-30T00:00:00Z', SECONDS, 'parsing time "2020-02-30T00:00:00Z": day out of range'],
  ['2020-01-01T25:00:00Z', SECONDS, 'parsing time "2020-01-01T25:00:00Z": hour out of range'],
  ['2020-01-01T00:00:61Z', SECONDS, 'parsing time "2020-01-01T00:00:61Z": second out of range'],
  ['2020-01-01T00:00:00', SECONDS, `parsing time "2020-01-01T00:00:00" as "${SECONDS}": cannot parse "" as "Z07:00"`],
  ['2020-01-01T00:00:00+0100', SECONDS, `parsing time "2020-01-01T00:00:00+0100" as "${SECONDS}": cannot parse "+0100" as "Z07:00"`],
  ['2020-01-01T00:00:00Zx', SECONDS, 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
  ['2020-01-01t00:00:00z', SECONDS, `parsing time "2020-01-01t00:00:00z" as "${SECONDS}": cannot parse "t00:00:00z" as "T"`],
  ['é"', SECONDS, `parsing time "\\xc3\\xa9\\"" as "${SECONDS}": cannot parse "\\xc3\\xa9\\"" as "2006"`],
  ['2020-01-01T00:00:00Z', MICROS, `parsing time "2020-01-01T00:00:00Z" as "${MICROS}": cannot parse "Z" as ".000000"`],
  ['2020-01-01T00:00:00.5Z', MICROS, `parsing time "2020-01-01T00:00:00.5Z" as "${MICROS}": cannot parse ".5Z" as ".000000"`],
  ['2020-01-01T00:00:00.1234567Z', MICROS, `parsing time "2020-01-01T00:00:00.1234567Z" as "${MICROS}": cannot parse "7Z" as "Z07:00"`],
])('says of %j what Go says', (value, layout, message) => {
  expect(goTimeError(value, layout)).toBe(message);
});
