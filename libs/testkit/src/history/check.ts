import type { Violation } from '../violation.js';
import { Chain } from './chain.js';
import { checkGuards, resolveWrites } from './happened.js';
import type { Operation } from './operation.js';
import { checkOrder, placeOperations, type Placed } from './order.js';

/** Checks a history against what the log says: per key, then all keys in one order. */
export function checkHistory(operations: readonly Operation[], chains: ReadonlyMap<string, Chain>, others: readonly Placed[] = []): Violation[] {
  const violations: Violation[] = [];
  const all: Placed[] = [...others];
  const keys = Map.groupBy(operations, ({ key }) => key);
  for (const [key, own] of keys) {
    const chain = chains.get(key) ?? new Chain(key, []);
    const { placed, violations: broken } = judgeKey(own, chain);
    violations.push(...broken);
    all.push(...placed);
  }
  // What breaks the order of one key breaks that of all: said once.
  return violations.some(({ invariant }) => invariant === 2) ? violations : [...violations, ...checkOrder(all)];
}

/** Linearizability of one key, whose log is known. */
export function checkKey(operations: readonly Operation[], chain: Chain): Violation[] {
  return judgeKey(operations, chain).violations;
}

function judgeKey(operations: readonly Operation[], chain: Chain): { placed: Placed[]; violations: Violation[] } {
  const { happened, violations: said } = resolveWrites(operations, chain);
  const { placed, violations: unseen } = placeOperations(operations, chain, happened);
  return { placed, violations: [...said, ...checkGuards(chain, happened), ...unseen, ...checkOrder(placed)] };
}
