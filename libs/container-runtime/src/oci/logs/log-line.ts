import type { LogEntry } from '../../runtime.js';

const SPACE = 0x20;
const NEWLINE = 0x0a;
/** `2006-01-02T15:04:05` */
const SECONDS_LENGTH = 19;

/**
 * One line of a log file in CRI format, with its newline: `<RFC 3339> <stdout|stderr> <F|P> <data>`. `F`: what was written had a newline
 * here; `P`: it had none. Undefined where it is none, such as what a full disk left of one.
 */
export function parseLogLine(line: Buffer): LogEntry | undefined {
  const [afterTime, afterStream, afterTag] = spacesOf(line);
  if (afterTime === undefined || afterStream === undefined || afterTag === undefined) return undefined;
  const time = utcTime(line.toString('latin1', 0, afterTime));
  const stream = line.toString('latin1', afterTime + 1, afterStream);
  // More tags may follow the first, divided by colons.
  const [tag] = line.toString('latin1', afterStream + 1, afterTag).split(':');
  if (time === undefined || (stream !== 'stdout' && stream !== 'stderr') || (tag !== 'F' && tag !== 'P')) return undefined;
  const end = tag === 'P' && line.at(-1) === NEWLINE ? line.length - 1 : line.length;
  return { time, stream, data: line.subarray(afterTag + 1, end) };
}

function spacesOf(line: Buffer): (number | undefined)[] {
  const found: number[] = [];
  for (let at = line.indexOf(SPACE); at >= 0 && found.length < 3; at = line.indexOf(SPACE, at + 1)) found.push(at);
  return found;
}

/** With nine digits of a second, in UTC, so that times compare as texts. */
export function utcTime(time: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const isUtc = zone === 'Z' || zone === '+00:00';
  return `${isUtc ? seconds : shifted(seconds, zone)}.${fraction.padEnd(9, '0')}Z`;
}

function shifted(seconds: string, zone: string): string {
  return new Date(`${seconds}${zone}`).toISOString().slice(0, SECONDS_LENGTH);
}

/** `seconds.nanoseconds` since the epoch, as such a time. */
export function timeOfEpoch(since: string): string {
  const [seconds = '0', fraction = ''] = since.split('.');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, SECONDS_LENGTH)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}
