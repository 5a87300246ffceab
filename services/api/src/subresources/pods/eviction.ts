import { newBadRequest } from '@gantry/apimachinery';
import type { Answer } from '../../http/answer.js';
import { decodeObject } from '../../http/decode-body.js';
import { deleteObject } from '../../registry/delete.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { fieldValidation, isDryRun } from '../../verbs/write-options.js';
import { answerObject, successStatus } from '../answer-object.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

interface Eviction {
  metadata: { name?: string };
  deleteOptions?: { gracePeriodSeconds?: number; preconditions?: { uid?: string; resourceVersion?: string }; dryRun?: string[] };
}

const KIND = { group: 'policy', version: 'v1', kind: 'Eviction' };

/** POST `/eviction`: a delete that disruption budgets may refuse. There are no budgets yet, so none refuses. */
export const podEviction: Subresource = {
  name: 'eviction',
  appliesTo: onlyFor('', 'pods'),
  bodyKind: () => KIND,
  verbs: { create },
};

async function create(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, name, context, identity } = request;
  const { metadata, deleteOptions } = decodeObject(context, KIND, fieldValidation(request, 'CreateOptions')) as unknown as Eviction;
  if (metadata.name && metadata.name !== name) throw newBadRequest('name in URL does not match name in Eviction object');
  await deleteObject(env, {
    resource, namespace, name, identity,
    gracePeriodSeconds: deleteOptions?.gracePeriodSeconds,
    propagationPolicy: undefined,
    preconditions: deleteOptions?.preconditions,
    dryRun: isDryRun(request, 'CreateOptions', deleteOptions?.dryRun),
    signal: context.signal,
  });
  return answerObject(context, 201, successStatus(201));
}
