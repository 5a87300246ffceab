/** What every part logs with: structured fields first, then one sentence. pino's own loggers satisfy it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
  /** Absent: not known, and taken for no. */
  isLevelEnabled?(level: 'debug'): boolean;
}

/** Logs nothing: for tests and for callers that brought no logger. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
