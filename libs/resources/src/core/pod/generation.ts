import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedPod } from './types.js';

/** One more with every change of the spec (KEP-5067). */
export function advanceGeneration(pod: DefaultedPod, old: DefaultedPod): void {
  const generation = old.metadata.generation ?? 0;
  if (!semanticEqual(pod.spec, old.spec)) pod.metadata.generation = generation + 1;
  else if (old.metadata.generation !== undefined) pod.metadata.generation = generation;
  else delete pod.metadata.generation;
}
