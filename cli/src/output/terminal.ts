import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Text with a style, on a terminal only; `NO_COLOR` is honoured. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return stream.isTTY === true && !process.env['NO_COLOR'] ? styleText(style, text, { validateStream: false }) : text;
}

/** `830 ms`, `1.2 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `763 kB`, `45.6 MB`: powers of a thousand, as disks and registries count. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${power < 2 ? Math.round(bytes / 1000 ** power) : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
