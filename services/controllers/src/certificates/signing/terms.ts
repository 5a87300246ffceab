const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Clocks of two machines differ: a certificate counts from a little before it was signed. */
const BACKDATE_MS = 5 * MINUTE_MS;
/** One that lasts longer has that time taken off its end. */
const SHORT_MS = 8 * HOUR_MS;
const LEAST_MS = 10 * MINUTE_MS;
const MOST_MS = 365 * 24 * HOUR_MS;

/** From when to when a certificate is good, in milliseconds since the epoch: as long as asked for, ten minutes at least and a year at most. */
export function certificateTimes(expirationSeconds: number | undefined, now: number): { readonly notBefore: number; readonly notAfter: number } {
  const duration = expirationSeconds === undefined ? MOST_MS : Math.min(Math.max(expirationSeconds * 1000, LEAST_MS), MOST_MS);
  return { notBefore: now - BACKDATE_MS, notAfter: now + duration - (duration < SHORT_MS ? 0 : BACKDATE_MS) };
}
