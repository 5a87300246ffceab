import { podEphemeralContainersStrategy } from '@gantry/resources';
import type { Strategy } from '@gantry/resources';
import { get } from '../../verbs/get.js';
import { patchWith } from '../../verbs/patch.js';
import { updateWith } from '../../verbs/update.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

const strategy = podEphemeralContainersStrategy as unknown as Strategy;

/** `/ephemeralcontainers`: containers that come to a pod which runs, to look at it (KEP-277). */
export const podEphemeralContainers: Subresource = {
  name: 'ephemeralcontainers',
  appliesTo: onlyFor('', 'pods'),
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: { get, patch: (request) => patchWith(request, strategy), update: (request) => updateWith(request, strategy) },
};
