const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const SECOND = 1_000_000_000n;

/** Nanoseconds of a duration as Go writes it: `1h2m3.5s`, `-10ms`, `0`. NaN for anything else. */
export function parseGoDuration(text: string): number {
  const [, sign, body] = /^([+-]?)(0|(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (body === undefined) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of body.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(amount) * (UNITS[unit as string] as number);
  return Math.round(sign === '-' ? -total : total);
}

/** As Go's `Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`. */
export function formatGoDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const amount = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (amount === 0n) return '0s';
  if (amount < SECOND) return sign + belowSecond(amount);
  const seconds = amount / SECOND;
  const [hours, minutes] = [seconds / 3600n, (seconds / 60n) % 60n];
  const head = hours > 0n ? `${hours}h${minutes}m` : minutes > 0n ? `${minutes}m` : '';
  return `${sign}${head}${decimal(amount % (60n * SECOND), 9)}s`;
}

function belowSecond(amount: bigint): string {
  if (amount < 1000n) return `${amount}ns`;
  return amount < 1_000_000n ? `${decimal(amount, 3)}µs` : `${decimal(amount, 6)}ms`;
}

function decimal(amount: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = String(amount % scale).padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? String(amount / scale) : `${amount / scale}.${fraction}`;
}
