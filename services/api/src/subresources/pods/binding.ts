import { aggregate, cloneJson, newBadRequest, newConflict, rfc3339 } from '@gantry/apimachinery';
import type { JsonObject } from '@gantry/apimachinery';
import { validatePodBinding } from '@gantry/resources';
import type { ResourceObject, Strategy } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { decodeObject } from '../../http/decode-body.js';
import { uidMessage, updateObject } from '../../registry/update.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { fieldValidation, isDryRun } from '../../verbs/write-options.js';
import { answerObject, successStatus } from '../answer-object.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

interface Binding {
  metadata: { name?: string; uid?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  target?: { kind?: string; name?: string };
}

interface Pod extends ResourceObject {
  spec: { nodeName?: string };
  status?: { conditions?: Condition[] };
}

interface Condition {
  type: string;
  status: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

const KIND = { group: '', version: 'v1', kind: 'Binding' };
/** The node of a pod is written here and nowhere else: the pod's own rules would refuse it. */
const asGiven: Strategy = { prepareForCreate: () => undefined, validate: () => [], prepareForUpdate: () => undefined, validateUpdate: () => [], allowUnconditionalUpdate: true };

/** POST `/binding`: gives a pod its node, once. */
export const podBinding: Subresource = {
  name: 'binding',
  appliesTo: onlyFor('', 'pods'),
  bodyKind: () => KIND,
  verbs: { create },
};

async function create(request: ResourceRequest): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const binding = decodeObject(context, KIND, fieldValidation(request, 'CreateOptions')) as unknown as Binding;
  const nodeName = checkedTarget(binding, name);
  await updateObject(env, {
    resource, namespace, name, subresource, identity,
    strategy: asGiven,
    objectFor: (old) => bound(old as Pod, binding, nodeName, rfc3339(env.now())),
    dryRun: isDryRun(request, 'CreateOptions'),
    warn: (text) => context.warn(text),
    signal: context.signal,
  });
  return answerObject(context, 201, successStatus(201));
}

function checkedTarget({ metadata, target }: Binding, podName: string): string {
  if (metadata.name && metadata.name !== podName) throw newBadRequest('name in URL does not match name in Binding object');
  const errors = validatePodBinding({ target: target ?? {} });
  if (errors.length > 0) throw newBadRequest(aggregate(errors));
  return target!.name!;
}

/** Throws 409 for a pod that has a node already or is being deleted. */
function bound(old: Pod, { metadata }: Binding, nodeName: string, now: string): ResourceObject {
  const name = old.metadata.name ?? '';
  const refuse = (cause: string): Error => newConflict({ group: '', resource: 'pods/binding' }, name, cause);
  if (metadata.uid && metadata.uid !== old.metadata.uid) throw refuse(uidMessage(metadata.uid, old.metadata.uid));
  if (old.metadata.deletionTimestamp !== undefined) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (old.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(old.spec.nodeName)}`);
  const pod = cloneJson(old as unknown as JsonObject) as unknown as Pod;
  pod.spec.nodeName = nodeName;
  if (metadata.annotations !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations };
  if (metadata.labels !== undefined) pod.metadata.labels = { ...pod.metadata.labels, ...metadata.labels };
  pod.status = { ...pod.status, conditions: scheduled(pod, now) };
  return pod;
}

function scheduled({ metadata: { generation }, status }: Pod, now: string): Condition[] {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  return [...others, { type: 'PodScheduled', status: 'True', ...(generation === undefined ? {} : { observedGeneration: generation }), lastProbeTime: null, lastTransitionTime: now }];
}
