import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { Chain, type Change } from './chain.js';
import { checkHistory, checkKey } from './check.js';
import type { Operation } from './operation.js';
import { isLinearizable } from './search.js';

const KEY = 'core/configmaps/default/a';
let made = 0;
const operation = (over: Partial<Operation> & Pick<Operation, 'kind' | 'invoked' | 'completed'>): Operation => ({ id: `o${(made += 1)}`, client: 'c', key: KEY, outcome: 'ok', ...over });
const chainOf = (...changes: Change[]): Chain => new Chain(KEY, changes);
const wrote = (revision: number, { id }: Operation): Change => ({ revision, exists: true, operation: id });

describe('a history of one key', () => {
  const create = operation({ kind: 'create', invoked: 0, completed: 10, revision: 1 });
  const update = operation({ kind: 'update', invoked: 20, completed: 30, revision: 5, expected: 1 });
  const chain = chainOf(wrote(1, create), wrote(5, update));
  const again = operation({ kind: 'create', invoked: 40, completed: 50, revision: 3 });
  const anybodys = (invoked: number, expected?: number): Operation => operation({ kind: 'delete', invoked, completed: Infinity, outcome: 'ambiguous', ...(expected === undefined ? {} : { expected }) });
  const sawNothing = operation({ kind: 'read', invoked: 52, completed: 55, revision: 0 });
  const removed = chainOf(wrote(1, create), { revision: 2, exists: false });
  const removedTwice = chainOf(wrote(1, create), { revision: 2, exists: false }, wrote(3, again), { revision: 4, exists: false });
  const removedAndMadeAgain = chainOf(wrote(1, create), { revision: 2, exists: false }, wrote(3, again));

  it.each<[string, Operation[], Chain, number[]]>([
    ['that is in order', [create, update, operation({ kind: 'read', invoked: 40, completed: 50, revision: 5 })], chain, []],
    ['with a read of either state while the update is under way', [create, update, operation({ kind: 'read', invoked: 21, completed: 29, revision: 1 }), operation({ kind: 'read', invoked: 21, completed: 29, revision: 5 })], chain, []],
    ['with a read of what was replaced before it began', [create, update, operation({ kind: 'read', invoked: 40, completed: 50, revision: 1 })], chain, [2]],
    ['with two reads that go back', [create, update, operation({ kind: 'read', invoked: 21, completed: 22, revision: 5 }), operation({ kind: 'read', invoked: 23, completed: 24, revision: 1 })], chain, [2]],
    ['with a read of a state that never was', [create, update, operation({ kind: 'read', invoked: 21, completed: 22, revision: 3 })], chain, [2]],
    ['whose acknowledged write is not in the log', [create, update], chainOf(wrote(1, create)), [1]],
    ['whose refused write is in the log', [create, { ...update, outcome: 'refused', met: 'other' }], chain, [13]],
    ['with an ambiguous write that was done', [create, { ...update, outcome: 'ambiguous', completed: Infinity }], chain, []],
    ['with an ambiguous write that was not done', [create, { ...update, outcome: 'ambiguous', completed: Infinity }], chainOf(wrote(1, create)), []],
    ['with a write that nobody asked for', [create, update], chainOf(wrote(1, create), wrote(5, update), { revision: 6, exists: true }), [13]],
    ['whose write took another state than it expected', [create, { ...update, expected: 3 }], chain, [12]],
    ['with a refusal of a state that could not be met any more', [create, update, operation({ kind: 'update', invoked: 31, completed: 33, outcome: 'refused', met: 'other', expected: 5 })], chain, [2]],
    ['with a refusal of a create', [create, operation({ kind: 'create', invoked: 12, completed: 13, outcome: 'refused', met: 'existing' })], chainOf(wrote(1, create)), []],
    ['with a refusal that met nothing where there was something', [create, operation({ kind: 'delete', invoked: 12, completed: 13, outcome: 'refused', met: 'absent' })], chainOf(wrote(1, create)), [2]],
    ['with a delete that its revision names', [create, operation({ kind: 'delete', invoked: 20, completed: 30, expected: 1 })], chainOf(wrote(1, create), { revision: 2, exists: false }), []],
    ['with a delete that its object names', [create, operation({ kind: 'delete', invoked: 20, completed: 30, uid: 'u' })], chainOf(wrote(1, create), { revision: 2, exists: false, uid: 'u' }), []],
    ['with a delete that was acknowledged and not done', [create, operation({ kind: 'delete', invoked: 20, completed: 30, uid: 'u' })], chainOf(wrote(1, create)), [1]],
    ['with a removal by either of two deletes without an answer, of which one began when it was over', [create, anybodys(20), again, anybodys(60, 1)], removedAndMadeAgain, []],
    ['with a removal that was over before the only delete began', [create, again, anybodys(60)], removedAndMadeAgain, [13]],
    ['with a removal each by two deletes without an answer', [create, anybodys(20), again, anybodys(60)], removedTwice, []],
    ['with a delete without an answer that was done twice', [create, anybodys(20), again], removedTwice, [13]],
    ['with two removals, of which either delete may have made the first and one the second', [create, anybodys(20), anybodys(21, 1), again], removedTwice, []],
    ['with a removal that was seen before the second of two deletes without an answer began', [create, anybodys(20), sawNothing, anybodys(60, 1)], removed, []],
    ['with a removal that was seen before the only delete began', [create, sawNothing, anybodys(60, 1)], removed, [2]],
  ])('%s', (_what, operations, log, invariants) => {
    expect(checkKey(operations, log).map(({ invariant }) => invariant)).toEqual(invariants);
  });
});

it('keys that are in order each are not when they are taken together', () => {
  const first = operation({ kind: 'create', invoked: 0, completed: 1, revision: 2, key: 'a' });
  const second = operation({ kind: 'create', invoked: 2, completed: 3, revision: 1, key: 'b' });
  const chains = new Map([first, second].map((create) => [create.key, new Chain(create.key, [wrote(create.revision ?? 0, create)])]));
  expect(checkHistory([first, second], chains)).toMatchObject([{ invariant: 2, what: expect.stringContaining('a write stands before') }]);
});

/** A register under a few clients at once, whose history is true; `spoil` then changes one thing in half of them. */
function randomHistory(random: Random): { operations: Operation[]; chain: Chain } {
  const changes: Change[] = [];
  const operations: Operation[] = [];
  let current = 0;
  let last = 0;
  const points = Array.from({ length: 3 + random.below(6) }, (_, index) => index * 10 + random.below(9));
  for (const [index, point] of points.entries()) {
    const invoked = point - random.below(25);
    const completed = point + 1 + random.below(25);
    const kind = random.pick(['create', 'update', 'patch', 'delete', 'read'] as const);
    const base = { id: `o${index}`, client: `c${index}`, key: KEY, kind, invoked, completed, ...(kind === 'update' || (kind === 'delete' && random.chance(0.5)) ? { expected: random.chance(0.7) ? current : random.below(last + 2) } : {}) };
    if (kind === 'read') operations.push({ ...base, outcome: 'ok', revision: current });
    else if ((kind === 'create') !== (current === 0) || (base.expected !== undefined && base.expected !== current)) operations.push({ ...base, outcome: 'refused', met: current === 0 ? 'absent' : base.expected === undefined ? 'existing' : 'other' });
    else {
      last += 1 + random.below(2);
      const isDelete = kind === 'delete';
      changes.push({ revision: last, exists: !isDelete, operation: base.id });
      current = isDelete ? 0 : last;
      const outcome = random.chance(0.2) ? 'ambiguous' : 'ok';
      operations.push(outcome === 'ambiguous' ? { ...base, outcome, completed: Infinity } : { ...base, outcome, revision: last });
    }
  }
  return { operations, chain: new Chain(KEY, changes) };
}

function spoil(operations: Operation[], random: Random): Operation[] {
  const victim = random.below(operations.length);
  return operations.map((operation, index) => {
    if (index !== victim) return operation;
    if (random.chance(0.5)) return { ...operation, invoked: operation.invoked + 40, completed: operation.completed + 40 };
    return operation.kind === 'read' ? { ...operation, revision: random.below(8) } : { ...operation, invoked: operation.invoked - 40, completed: operation.completed === Infinity ? Infinity : operation.invoked - 30 };
  });
}

it('the fast check and the one that tries every order agree on thousands of small histories, true ones and spoilt ones', () => {
  const verdicts = { linearizable: 0, not: 0 };
  for (let seed = 0; seed < 4_000; seed += 1) {
    const random = new Random(seed);
    const { operations: truth, chain } = randomHistory(random);
    const isSpoilt = random.chance(0.6);
    const operations = isSpoilt ? spoil(truth, random) : truth;
    const revisions = new Map(chain.changes.map(({ operation, revision }) => [operation, revision]));
    const expected = isLinearizable(operations, ({ id }) => revisions.get(id));
    expect(checkKey(operations, chain).length === 0, `seed ${seed}`).toBe(expected);
    if (!isSpoilt) expect(expected, `seed ${seed}`).toBe(true);
    verdicts[expected ? 'linearizable' : 'not'] += 1;
  }
  expect(Math.min(verdicts.linearizable, verdicts.not)).toBeGreaterThan(500);
});
