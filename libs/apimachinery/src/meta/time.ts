/** The second that was asked for last: a server writes thousands of times in one. */
let last = { second: NaN, text: '' };

/** RFC 3339 with whole seconds in UTC, as `metav1.Time` is written: `2026-01-31T12:00:00Z`. */
export function rfc3339(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== last.second) last = { second, text: `${new Date(milliseconds).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** RFC 3339 with microseconds in UTC, as `metav1.MicroTime` is written. The last three digits are 0: clocks here count milliseconds. */
export function rfc3339Micro(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch of an RFC 3339 time; undefined for an absent time and for one that is none. */
export function parseTime(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
