type Annotations = Readonly<Record<string, string>>;

/** What a hollow container does once it was started. */
export interface Program {
  /** Milliseconds until it exits by itself; unset: never. */
  readonly exitAfterMs?: number;
  readonly exitCode: number;
  /** Refuses to start with this text. */
  readonly startError?: string;
  /** Lines that it writes at its start. */
  readonly log: readonly string[];
  /** From when to when, in milliseconds since its start, a probe of a type finds it well; not named: always. */
  readonly probes: Readonly<Record<string, { readonly fromMs: number; readonly untilMs: number }>>;
}

const PROBES = ['startup', 'readiness', 'liveness'];

/** Prefix of the annotations; `<container>.hollow.gantry.io/…` is for one container and wins over `hollow.gantry.io/…`. */
const HOLLOW_PREFIX = 'hollow.gantry.io';

/**
 * Reads `exit-after` (seconds), `exit-code`, `start-error` and `log` (lines) from a pod's annotations; of each type of probe,
 * such as readiness, also `readiness-after` and `readiness-until` (seconds).
 */
export function programOf(container: string, annotations: Annotations): Program {
  const value = (key: string): string | undefined => annotations[`${container}.${HOLLOW_PREFIX}/${key}`] ?? annotations[`${HOLLOW_PREFIX}/${key}`];
  const exitAfter = number(value('exit-after'));
  const startError = value('start-error');
  return {
    exitCode: number(value('exit-code')) ?? 0,
    log: value('log')?.split('\n') ?? [],
    probes: Object.fromEntries(PROBES.map((type) => [type, {
      fromMs: (number(value(`${type}-after`)) ?? 0) * 1000,
      untilMs: (number(value(`${type}-until`)) ?? Number.POSITIVE_INFINITY) * 1000,
    }])),
    ...(exitAfter === undefined ? {} : { exitAfterMs: exitAfter * 1000 }),
    ...(startError === undefined ? {} : { startError }),
  };
}

function number(text: string | undefined): number | undefined {
  const parsed = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(parsed) ? parsed : undefined;
}
