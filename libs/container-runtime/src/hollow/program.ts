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
}

/** Prefix of the annotations; `<container>.hollow.gantry.io/…` is for one container and wins over `hollow.gantry.io/…`. */
const HOLLOW_PREFIX = 'hollow.gantry.io';

/** Reads `exit-after` (seconds), `exit-code`, `start-error` and `log` (lines) from a pod's annotations. */
export function programOf(container: string, annotations: Annotations): Program {
  const value = (key: string): string | undefined => annotations[`${container}.${HOLLOW_PREFIX}/${key}`] ?? annotations[`${HOLLOW_PREFIX}/${key}`];
  const exitAfter = number(value('exit-after'));
  const startError = value('start-error');
  return {
    exitCode: number(value('exit-code')) ?? 0,
    log: value('log')?.split('\n') ?? [],
    ...(exitAfter === undefined ? {} : { exitAfterMs: exitAfter * 1000 }),
    ...(startError === undefined ? {} : { startError }),
  };
}

function number(text: string | undefined): number | undefined {
  const parsed = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(parsed) ? parsed : undefined;
}
