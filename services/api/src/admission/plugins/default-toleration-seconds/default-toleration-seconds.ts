import { addDefaultTolerations } from '@gantry/resources';
import type { AdmissionPlugin } from '../../chain.js';

/** Gives every pod the two tolerations that let it stay on a failed node for five minutes, where it does not say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit: ({ operation, resource, subresource, object }) => {
    const { group, resource: plural } = resource.groupResource;
    const isWrite = operation === 'CREATE' || operation === 'UPDATE';
    const spec = object?.['spec'] as Parameters<typeof addDefaultTolerations>[0] | undefined;
    if (isWrite && subresource === '' && group === '' && plural === 'pods' && spec !== undefined) addDefaultTolerations(spec);
  },
};
