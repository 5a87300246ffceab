import { setTimeout as sleep } from 'node:timers/promises';

/** Places where a test can end or stop the process, in the order in which a write passes them. */
export const FAILPOINTS = [
  'before-takeover', 'after-takeover', 'before-commit', 'after-commit', 'before-publish', 'after-publish', 'before-acknowledge', 'after-acknowledge', 'before-compaction', 'between-compaction-steps',
  'after-compaction',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** What happens at a failpoint: the process dies without a trace, or that place waits. */
export type FailpointAction = { readonly crash: true } | { readonly sleepMs: number };

interface ArmedFailpoint {
  readonly action: FailpointAction;
  /** Passes that still go by unharmed. */
  remaining: number;
}

/** Failpoints that a test armed. Without any, passing one costs a lookup in an empty map. */
export class Failpoints {
  private readonly armed = new Map<Failpoint, ArmedFailpoint>();

  arm(point: Failpoint, action: FailpointAction, skip = 0): void {
    this.armed.set(point, { action, remaining: skip });
  }

  /** Undefined when nothing is to be waited for. */
  pass(point: Failpoint): Promise<void> | undefined {
    const armed = this.armed.get(point);
    if (!armed || armed.remaining-- > 0) return undefined;
    if ('sleepMs' in armed.action) return sleep(armed.action.sleepMs);
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }
}

/**
 * Reads `point=crash`, `point=crash@5` (the fifth pass) or `point=sleep:200` (milliseconds), separated by commas. Throws a
 * RangeError on anything else, so that a test with a misspelt name fails.
 */
export function parseFailpoints(text: string): Failpoints {
  const failpoints = new Failpoints();
  for (const item of text.split(',').filter(Boolean)) {
    const match = /^([a-z-]+)=(?:(crash)|sleep:(\d+))(?:@(\d+))?$/.exec(item.trim());
    const point = FAILPOINTS.find((name) => name === match?.[1]);
    if (!match || !point) throw new RangeError(`not a failpoint: ${item}`);
    failpoints.arm(point, match[2] ? { crash: true } : { sleepMs: Number(match[3]) }, Number(match[4] ?? 1) - 1);
  }
  return failpoints;
}
