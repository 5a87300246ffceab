/**
 * Calls `stop` on the first SIGINT or SIGTERM; a second signal ends the process at once with code 130. Returns a function
 * that takes the handlers back.
 */
export function onShutdownSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  let seen = false;
  const handler = (signal: NodeJS.Signals): void => {
    if (seen) process.exit(130);
    seen = true;
    stop(signal);
  };
  process.on('SIGINT', handler).on('SIGTERM', handler);
  return () => void process.off('SIGINT', handler).off('SIGTERM', handler);
}
