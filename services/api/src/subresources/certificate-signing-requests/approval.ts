import { certificateSigningRequestApprovalStrategy } from '@gantry/resources';
import type { Strategy } from '@gantry/resources';
import { get } from '../../verbs/get.js';
import { patchWith } from '../../verbs/patch.js';
import { updateWith } from '../../verbs/update.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

const strategy = certificateSigningRequestApprovalStrategy as unknown as Strategy;

/** `/approval` of a certificate signing request: whether it may be signed. */
export const certificateApproval: Subresource = {
  name: 'approval',
  appliesTo: onlyFor('certificates.k8s.io', 'certificatesigningrequests'),
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: {
    get,
    patch: (request) => patchWith(request, strategy),
    update: (request) => updateWith(request, strategy),
  },
};
