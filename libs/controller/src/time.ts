/** Milliseconds of the epoch as Kubernetes' Time: whole seconds, UTC. */
export function formatTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds of the epoch as Kubernetes' MicroTime: six digits of a second. */
export function formatMicroTime(milliseconds: number): string {
  const microseconds = Math.floor((milliseconds % 1) * 1000);
  return `${new Date(Math.floor(milliseconds)).toISOString().slice(0, 23)}${String(microseconds).padStart(3, '0')}Z`;
}

/** Milliseconds of the epoch; NaN for what is no time. */
export function parseTime(time: string | undefined): number {
  return time === undefined ? Number.NaN : Date.parse(time);
}
