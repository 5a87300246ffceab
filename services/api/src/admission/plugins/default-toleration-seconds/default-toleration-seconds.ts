import type { ResourceObject } from '@gantry/resources';
import type { AdmissionPlugin } from '../../chain.js';

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** How long pods stay on a node that is not ready or not reachable, where they do not say it themselves. */
const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Gives every pod the two tolerations that let it stay on a failed node for five minutes. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit: ({ operation, resource, subresource, object }) => {
    const { group, resource: plural } = resource.groupResource;
    if ((operation === 'CREATE' || operation === 'UPDATE') && subresource === '' && group === '' && plural === 'pods' && object !== undefined) addTolerations(object);
  },
};

function addTolerations(pod: ResourceObject): void {
  const spec = pod['spec'] as { tolerations?: Toleration[] } | undefined;
  if (spec === undefined) return;
  const missing = TAINTS.filter((taint) => !(spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)));
  if (missing.length === 0) return;
  spec.tolerations = [...(spec.tolerations ?? []), ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }))];
}

function tolerates({ key = '', effect = '' }: Toleration, taint: string): boolean {
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '');
}
