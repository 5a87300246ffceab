import type { coreV1 } from '@gantry/api-types';
import type { Client } from '@gantry/client';
import { PODS } from '@gantry/client';
import { formatTime } from '@gantry/controller';

export interface PodMark {
  /** Becomes the DisruptionTarget condition: why the pod will be deleted. */
  readonly disruption?: { readonly reason: 'DeletionByTaintManager' | 'DeletionByPodGC'; readonly message: string };
  readonly phase?: 'Failed';
  /** Milliseconds of the epoch. */
  readonly now: number;
}

/** Writes into a pod's status what its end will be, before it is deleted. */
export async function markPod(client: Client, pod: coreV1.Pod, { disruption, phase, now }: PodMark): Promise<void> {
  const { namespace, name = '', uid, generation } = pod.metadata ?? {};
  const conditions = disruption === undefined ? [] : [{ type: 'DisruptionTarget', status: 'True', ...disruption, ...(generation === undefined ? {} : { observedGeneration: generation }), lastTransitionTime: formatTime(now) }];
  const status = { ...(phase === undefined ? {} : { phase }), ...(conditions.length === 0 ? {} : { conditions }) };
  await client.resource(PODS, namespace).patch(name, 'application/strategic-merge-patch+json', { metadata: { uid }, status }, { subresource: 'status' });
}
