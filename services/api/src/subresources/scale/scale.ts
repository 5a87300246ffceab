import { invalid, newBadRequest, newInvalid } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { decodeObject } from '../../http/decode-body.js';
import { getObject } from '../../registry/get.js';
import { updateObject } from '../../registry/update.js';
import { parsePatch } from '../../verbs/patch.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { fieldValidation, isDryRun } from '../../verbs/write-options.js';
import { answerObject } from '../answer-object.js';
import type { Subresource } from '../subresource.js';
import { scaleOf, withScale } from './scale-object.js';
import type { Scale } from './scale-object.js';

const KIND: GroupVersionKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** `/scale` of every kind that says where its replicas are. */
export const scale: Subresource = {
  name: 'scale',
  appliesTo: (kind) => kind.scale !== undefined,
  bodyKind: () => KIND,
  verbs: { get, patch, update },
};

async function get({ env, resource, namespace, name, context }: ResourceRequest): Promise<Answer> {
  const { object } = await getObject(env, resource, namespace, name, context.query.get('resourceVersion') ?? '');
  return answerObject(context, 200, scaleOf(object, resource.kind.scale!));
}

function update(request: ResourceRequest): Promise<Answer> {
  const validation = fieldValidation(request, 'UpdateOptions');
  return change(request, 'UpdateOptions', () => decodeObject(request.context, KIND, validation) as unknown as Scale);
}

function patch(request: ResourceRequest): Promise<Answer> {
  const apply = parsePatch(request, KIND);
  return change(request, 'PatchOptions', (old) => apply(old as unknown as JsonObject) as unknown as Scale);
}

async function change(request: ResourceRequest, options: string, wanted: (old: Scale) => Scale): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const descriptor = resource.kind.scale!;
  const objectFor = (old: ResourceObject): ResourceObject => withScale(old, descriptor, checked(wanted(scaleOf(old, descriptor)), name));
  const { object } = await updateObject(env, {
    resource, namespace, name, subresource, identity, objectFor,
    strategy: resource.kind.strategy,
    dryRun: isDryRun(request, options),
    warn: (text) => context.warn(text),
    signal: context.signal,
  });
  return answerObject(context, 200, scaleOf(object.object, descriptor));
}

function checked(wanted: Scale, name: string): Scale {
  if (wanted.metadata?.name && wanted.metadata.name !== name) throw newBadRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  const replicas = wanted.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) throw newInvalid(KIND, name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  return { ...wanted, metadata: wanted.metadata ?? {}, spec: wanted.spec ?? {} };
}
