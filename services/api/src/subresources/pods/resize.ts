import { podResizeStrategy } from '@gantry/resources';
import type { Strategy } from '@gantry/resources';
import { get } from '../../verbs/get.js';
import { patchWith } from '../../verbs/patch.js';
import { updateWith } from '../../verbs/update.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

const strategy = podResizeStrategy as unknown as Strategy;

/** `/resize`: cpu and memory of a pod's containers, changed while they run (KEP-1287). */
export const podResize: Subresource = {
  name: 'resize',
  appliesTo: onlyFor('', 'pods'),
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: { get, patch: (request) => patchWith(request, strategy), update: (request) => updateWith(request, strategy) },
};
