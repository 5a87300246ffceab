import { namespaceFinalizeStrategy } from '@gantry/resources';
import type { Strategy } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { updateWith } from '../../verbs/update.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

/** PUT `/finalize`: who has cleaned up what a namespace held takes its finalizer off; the last one lets the namespace go. */
export const namespaceFinalize: Subresource = {
  name: 'finalize',
  appliesTo: onlyFor('', 'namespaces'),
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: { update: (request: ResourceRequest): Promise<Answer> => updateWith(request, namespaceFinalizeStrategy as unknown as Strategy) },
};
