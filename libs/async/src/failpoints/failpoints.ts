import { setTimeout as sleep } from 'node:timers/promises';
import type { Failpoint } from './names.js';

/** What happens at a failpoint: the process dies without a trace, or that place waits. */
export type FailpointAction = { readonly crash: true } | { readonly sleepMs: number };

interface ArmedFailpoint {
  readonly action: FailpointAction;
  /** Passes that still go by unharmed. */
  remaining: number;
}

/** Failpoints that a test armed. Without any, passing one costs the look at one number. */
export class Failpoints<Name extends string = Failpoint> {
  private readonly armed = new Map<Name, ArmedFailpoint>();

  /** `skip` passes go by unharmed; all after them do not. */
  arm(point: Name, action: FailpointAction, skip = 0): void {
    this.armed.set(point, { action, remaining: skip });
  }

  disarm(point: Name): void {
    this.armed.delete(point);
  }

  /** Undefined when nothing is to be waited for: hot paths look before they await. */
  pass(point: Name): Promise<void> | undefined {
    return this.armed.size === 0 ? undefined : this.meet(point);
  }

  private meet(point: Name): Promise<void> | undefined {
    const armed = this.armed.get(point);
    if (!armed || armed.remaining-- > 0) return undefined;
    if ('sleepMs' in armed.action) return sleep(armed.action.sleepMs);
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }
}
