import type { Operation } from './operation.js';

interface State {
  /** 0: the key does not exist. */
  readonly revision: number;
  /** Of the last change, a removal too. */
  readonly last: number;
}

/** An operation that must find its place, and what it does to the state: undefined where it cannot stand there. */
interface Step {
  readonly invoked: number;
  readonly completed: number;
  readonly apply: (state: State) => State | undefined;
}

/**
 * The same question as `checkKey` answers, by trying every order (Wing and Gong, with what was tried remembered): for small histories, as the judge of
 * the fast one. `revisionOf` says at which revision the log has a write; undefined: it was not done.
 */
export function isLinearizable(operations: readonly Operation[], revisionOf: (operation: Operation) => number | undefined): boolean {
  const steps: Step[] = [];
  for (const operation of operations) {
    const step = stepOf(operation, revisionOf(operation));
    if (step === 'impossible') return false;
    if (step !== undefined) steps.push(step);
  }
  if (steps.length > 30) throw new RangeError('too many operations to try every order');
  const tried = new Set<string>();
  const search = (done: number, state: State): boolean => {
    if (done === 2 ** steps.length - 1) return true;
    const at = `${done} ${state.revision} ${state.last}`;
    if (tried.has(at)) return false;
    tried.add(at);
    const firstEnd = Math.min(...steps.map(({ completed }, index) => (done & (1 << index) ? Infinity : completed)));
    return steps.some(({ invoked, apply }, index) => {
      if (done & (1 << index) || invoked > firstEnd) return false;
      const next = apply(state);
      return next !== undefined && search(done | (1 << index), next);
    });
  };
  return search(0, { revision: 0, last: 0 });
}

function stepOf(operation: Operation, written: number | undefined): Step | 'impossible' | undefined {
  const { kind, outcome, invoked, completed, expected, revision, met } = operation;
  if (kind === 'read') return outcome === 'ok' ? { invoked, completed, apply: (state) => (state.revision === revision ? state : undefined) } : undefined;
  if (outcome === 'ok' || outcome === 'ambiguous') {
    if (written === undefined) return outcome === 'ok' ? 'impossible' : undefined;
    if (outcome === 'ok' && revision !== undefined && revision !== written) return 'impossible';
    return { invoked, completed, apply: (state) => applyWrite(state, kind, expected, written) };
  }
  if (written !== undefined) return 'impossible';
  if (outcome !== 'refused') return undefined;
  const fits = (state: State): boolean => (met === 'existing' ? state.revision > 0 : met === 'absent' ? state.revision === 0 : state.revision !== expected);
  return { invoked, completed, apply: (state) => (fits(state) ? state : undefined) };
}

function applyWrite(state: State, kind: Operation['kind'], expected: number | undefined, written: number): State | undefined {
  const isAllowed = (kind === 'create') === (state.revision === 0) && (expected === undefined || expected === state.revision) && written > state.last;
  return isAllowed ? { revision: kind === 'delete' ? 0 : written, last: written } : undefined;
}
