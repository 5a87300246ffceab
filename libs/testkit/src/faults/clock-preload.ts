/** Runs in another process, which has nothing else of this file. */
function makeClockSettable(): void {
  const RealDate = Date;
  let ahead = 0;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [target.now() + ahead] : args, newTarget) as Date,
    get: (target, name) => (name === 'now' ? () => target.now() + ahead : (Reflect.get(target, name) as unknown)),
  });
  process.on('message', (message: { clockAheadMs?: unknown }) => {
    if (typeof message?.clockAheadMs === 'number') ahead = message.clockAheadMs;
  });
  // Whoever started it is gone, and nobody else would end it.
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
}

/**
 * Loaded into a process before its program (`node --import`), so that whoever started it can set its clock while it runs: a message
 * `{ clockAheadMs }` moves the hour that `Date` tells, and so that it ends when that one does. Durations (`performance.now`, timers) stay as they are, as when a machine's clock is set.
 */
export const CLOCK_PRELOAD = `data:text/javascript,${encodeURIComponent(`(${makeClockSettable.toString()})()`)}`;
