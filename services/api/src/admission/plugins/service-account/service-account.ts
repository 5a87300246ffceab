import type { ResourceObject } from '@gantry/resources';
import type { AdmissionPlugin } from '../../chain.js';

interface PodSpec {
  serviceAccountName?: string;
  serviceAccount?: string;
}

const MIRROR = 'kubernetes.io/config.mirror';
const DEFAULT = 'default';

/** Pods that name no service account run as `default` of their namespace. Tokens are not mounted yet. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit: ({ operation, resource, subresource, object }) => {
    const { group, resource: plural } = resource.groupResource;
    if (operation === 'CREATE' && subresource === '' && group === '' && plural === 'pods' && object !== undefined) setDefault(object);
  },
};

function setDefault(pod: ResourceObject): void {
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
  const spec = pod['spec'] as PodSpec | undefined;
  if (spec === undefined) return;
  spec.serviceAccountName ||= spec.serviceAccount || DEFAULT;
  spec.serviceAccount = spec.serviceAccountName;
}
