import { get } from '../verbs/get.js';
import { patchWith } from '../verbs/patch.js';
import { updateWith } from '../verbs/update.js';
import type { Subresource } from './subresource.js';

/** `/status` of every kind that has status rules of its own. */
export const status: Subresource = {
  name: 'status',
  appliesTo: (kind) => kind.statusStrategy !== undefined,
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: {
    get,
    patch: (request) => patchWith(request, request.resource.kind.statusStrategy!),
    update: (request) => updateWith(request, request.resource.kind.statusStrategy!),
  },
};
