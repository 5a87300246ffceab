import { containersOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { StartContainer } from './start-plan.js';

/**
 * Containers are started in their order, each after the hooks of those before it: some rely on that. A turn is what starts at once; one
 * with a hook is the last of its turn. What stands after one whose hook runs has no turn yet.
 */
export function startTurns(pod: Pod, starts: readonly StartContainer[], hookRuns: (name: string) => boolean): StartContainer[][] {
  const regular = containersOf(pod).map(({ name }) => name);
  const held = regular.findIndex(hookRuns);
  const turns: StartContainer[][] = [[]];
  for (const start of starts) {
    if (held >= 0 && regular.indexOf(start.container.name) > held) continue;
    turns.at(-1)?.push(start);
    if (start.container.lifecycle?.postStart !== undefined) turns.push([]);
  }
  return turns.filter((turn) => turn.length > 0);
}
