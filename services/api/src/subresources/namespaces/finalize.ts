import { cloneJson } from '@gantry/apimachinery';
import type { JsonObject } from '@gantry/apimachinery';
import type { ResourceObject, Strategy } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { updateWith } from '../../verbs/update.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

/** Only `spec.finalizers` is taken from the client. */
const finalizers: Strategy = {
  prepareForCreate: () => undefined,
  validate: () => [],
  prepareForUpdate: keepAllButFinalizers,
  validateUpdate: () => [],
  allowUnconditionalUpdate: true,
};

/** PUT `/finalize`: who has cleaned up what a namespace held takes its finalizer off; the last one lets the namespace go. */
export const namespaceFinalize: Subresource = {
  name: 'finalize',
  appliesTo: onlyFor('', 'namespaces'),
  bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
  verbs: { update: (request: ResourceRequest): Promise<Answer> => updateWith(request, finalizers) },
};

function keepAllButFinalizers(object: ResourceObject, old: ResourceObject): void {
  const wanted = (object['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? [];
  const kept = cloneJson(old as unknown as JsonObject) as unknown as ResourceObject;
  kept['spec'] = { ...(kept['spec'] as object | undefined), finalizers: wanted };
  Object.assign(object, kept);
}
