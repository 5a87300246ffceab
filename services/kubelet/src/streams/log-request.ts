import type { LogEntry } from '@gantry/container-runtime';

/** What a reader of a container's log asks for (`v1.PodLogOptions`). */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tail?: number;
  /** `seconds.nanoseconds` since the epoch. */
  readonly since?: string;
  readonly limitBytes?: number;
  readonly streams: ReadonlySet<LogEntry['stream']>;
}

/** Reads `/containerLogs/<namespace>/<pod>/<container>` and its query; undefined: another path. */
export function parseLogRequest(path: string, query: string, now: number): LogRequest | undefined {
  const [root, namespace, pod, container, ...more] = path.split('/').slice(1).map(decodeURIComponent);
  if (root !== 'containerLogs' || namespace === undefined || pod === undefined || container === undefined || more.length > 0) return undefined;
  const values = new URLSearchParams(query);
  const tail = count(values.get('tailLines'));
  const limitBytes = count(values.get('limitBytes'));
  const since = sinceOf(values, now);
  return {
    namespace, pod, container,
    follow: flag(values.get('follow')),
    previous: flag(values.get('previous')),
    timestamps: flag(values.get('timestamps')),
    streams: streamsOf(values.get('stream')),
    ...(tail === undefined ? {} : { tail }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { since }),
  };
}

function flag(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

function count(value: string | null): number | undefined {
  const parsed = value === null || value === '' ? Number.NaN : Number(value);
  return Number.isInteger(parsed) && parsed >= 0 ? parsed : undefined;
}

function streamsOf(value: string | null): ReadonlySet<LogEntry['stream']> {
  if (value === 'Stdout') return new Set(['stdout']);
  return value === 'Stderr' ? new Set(['stderr']) : new Set(['stdout', 'stderr']);
}

function sinceOf(values: URLSearchParams, now: number): string | undefined {
  const seconds = count(values.get('sinceSeconds'));
  if (seconds !== undefined) return String((now - seconds * 1000) / 1000);
  const time = values.get('sinceTime');
  return time === null ? undefined : exactSeconds(time);
}

/** A time with up to nine digits of a second, all of them kept. */
function exactSeconds(time: string): string | undefined {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return undefined;
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? '0';
  return `${Math.floor(milliseconds / 1000)}.${fraction}`;
}
