import type { Logger } from '@gantry/async';
import { pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** A file that JSON lines are appended to; unset: standard output. */
  readonly file?: string;
}

/** JSON lines with `time` in ISO 8601, `level` by name and whatever fields a part adds (`component` first of all). */
export function createLogger(options: LoggerOptions): Logger {
  const destination = pino.destination(options.file === undefined ? { dest: 1, sync: true } : { dest: options.file, append: true, sync: true, mkdir: true });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
}
