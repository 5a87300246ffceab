import type { BusMessage } from '../bus.js';
import { subjectMatcher } from '../subjects.js';

/** A subject pattern or a test on the message. */
export type FaultMatch = string | ((message: BusMessage) => boolean);

/**
 * Where a fault strikes: between the sender and the bus (`send`: nobody gets it, the watch stream neither), between the bus and
 * plain subscribers (`delivery`: the watch stream and its followers have it), or the answer to a request or acknowledgement
 * of a watch publish (`reply`; matched by the request).
 */
export type FaultPoint = 'send' | 'delivery' | 'reply';

export interface FaultOptions {
  /** Strikes so many times, then removes itself; unset: until removed. */
  readonly times?: number;
  /** Default `send`. */
  readonly at?: FaultPoint;
}

/** A fault that is in force. Removing it lets through what it holds back. */
export interface Fault {
  remove(): void;
}

export interface HeldFault extends Fault {
  /** How many messages are held back now. */
  readonly held: number;
  /** Delivers what is held back, in order, and goes on holding. */
  release(): void;
}

/** What became of a message: delivered, or held for later, is `passed`. */
export type FaultVerdict = 'passed' | 'dropped';

type Strike = (deliver: () => void) => FaultVerdict;

interface Rule {
  readonly matches: (message: BusMessage) => boolean;
  readonly at: FaultPoint;
  readonly strike: Strike;
  remaining: number;
}

/** The faults of one memory bus, switched by tests while it runs. */
export class FaultPlan {
  private readonly rules = new Set<Rule>();
  private readonly cutListeners = new Set<(cut: boolean) => void>();
  private cutOff = false;

  /** Nothing gets through: publishes are lost, requests fail with `disconnected`, streams break. */
  cut(): void {
    this.setCut(true);
  }

  heal(): void {
    this.setCut(false);
  }

  get isCut(): boolean {
    return this.cutOff;
  }

  /** False when `apply` would do nothing but deliver. */
  get active(): boolean {
    return this.rules.size > 0;
  }

  drop(match: FaultMatch, options?: FaultOptions): Fault {
    return this.add(match, options, () => 'dropped');
  }

  duplicate(match: FaultMatch, options?: FaultOptions): Fault {
    return this.add(match, options, (deliver) => {
      deliver();
      deliver();
      return 'passed';
    });
  }

  /** Holds back what matches until it is released. */
  delay(match: FaultMatch, options?: FaultOptions): HeldFault {
    const held: (() => void)[] = [];
    const release = (): void => {
      for (const deliver of held.splice(0)) deliver();
    };
    const fault = this.add(match, options, (deliver) => {
      held.push(deliver);
      return 'passed';
    });
    return {
      get held() {
        return held.length;
      },
      release,
      remove() {
        fault.remove();
        release();
      },
    };
  }

  /** Swaps every matching message with the next one that matches. */
  reorder(match: FaultMatch, options?: FaultOptions): HeldFault {
    let first: (() => void) | undefined;
    const release = (): void => {
      const deliver = first;
      first = undefined;
      deliver?.();
    };
    const fault = this.add(match, options, (deliver) => {
      if (first === undefined) {
        first = deliver;
        return 'passed';
      }
      deliver();
      release();
      return 'passed';
    });
    return {
      get held() {
        return first === undefined ? 0 : 1;
      },
      release,
      remove() {
        fault.remove();
        release();
      },
    };
  }

  /** Removes all faults and heals a cut. Held messages of removed faults are not delivered. */
  clear(): void {
    this.rules.clear();
    this.heal();
  }

  /** Called by the bus: the first rule that matches decides. */
  apply(at: FaultPoint, message: BusMessage, deliver: () => void): FaultVerdict {
    for (const rule of this.rules) {
      if (rule.at !== at || !rule.matches(message)) continue;
      rule.remaining -= 1;
      if (rule.remaining <= 0) this.rules.delete(rule);
      return rule.strike(deliver);
    }
    deliver();
    return 'passed';
  }

  /** Called by the bus: told of every cut and heal. Returns a function that ends it. */
  onCut(listener: (cut: boolean) => void): () => void {
    this.cutListeners.add(listener);
    return () => this.cutListeners.delete(listener);
  }

  private add(match: FaultMatch, { times = Infinity, at = 'send' }: FaultOptions = {}, strike: Strike): Fault {
    const rule: Rule = { matches: typeof match === 'string' ? bySubject(match) : match, at, strike, remaining: times };
    this.rules.add(rule);
    return { remove: () => void this.rules.delete(rule) };
  }

  private setCut(cut: boolean): void {
    if (this.cutOff === cut) return;
    this.cutOff = cut;
    for (const listener of [...this.cutListeners]) listener(cut);
  }
}

function bySubject(pattern: string): (message: BusMessage) => boolean {
  const matches = subjectMatcher(pattern);
  return (message) => matches(message.subject);
}
