import { invalid, newBadRequest, newInvalid, rfc3339, trackApply } from '@gantry/apimachinery';
import type { GroupVersionKind, JsonObject, ManagedObject } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import { trackUpdated } from '../../field-management/field-tracking.js';
import { fieldVersions } from '../../field-management/versions.js';
import type { Answer } from '../../http/answer.js';
import { decodeObject, normalized } from '../../http/decode-body.js';
import { getObject } from '../../registry/get.js';
import { updateObject } from '../../registry/update.js';
import type { UpdateRequest } from '../../registry/update.js';
import { appliedBody, asApplied, checkKind, reportDuplicates } from '../../verbs/apply.js';
import { parsePatch } from '../../verbs/parsed-patch.js';
import { isApply } from '../../verbs/patch.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { writeOptions } from '../../verbs/write-options.js';
import type { WriteOptions } from '../../verbs/write-options.js';
import { answerObject } from '../answer-object.js';
import type { Subresource } from '../subresource.js';
import { atPath, scaleOf, withScale } from './scale-object.js';
import type { Scale } from './scale-object.js';
import { answerScale } from './scale-table.js';

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
  return answerScale(context, scaleOf(object, resource.kind.scale!), env.now());
}

function update(request: ResourceRequest): Promise<Answer> {
  const options = writeOptions(request, 'UpdateOptions');
  return change(request, options, () => decodeObject(request.context, KIND, options.validation) as unknown as Scale);
}

function patch(request: ResourceRequest): Promise<Answer> {
  if (isApply(request)) return applyScale(request);
  const options = writeOptions(request, 'PatchOptions');
  const parsed = parsePatch(request, KIND);
  return change(request, options, (old) => parsed.apply(old as unknown as JsonObject) as unknown as Scale);
}

/** What changes the replicas of an object manages them of the object, as a manager of its scale. */
function change(request: ResourceRequest, { manager, dryRun }: WriteOptions, wanted: (old: Scale) => Scale): Promise<Answer> {
  const { env, resource, name, subresource } = request;
  const { strategy, scale: descriptor } = resource.kind;
  const objectFor = (old: ResourceObject): ResourceObject => withScale(old, descriptor!, checked(wanted(scaleOf(old, descriptor!)), name));
  const write = { resource, strategy, subresource, manager, now: rfc3339(env.now()) };
  return answer(request, dryRun, objectFor, (object, old) => trackUpdated(object, old, write));
}

/** The configuration of a scale is one of the object that has nothing but replicas. */
async function applyScale(request: ResourceRequest): Promise<Answer> {
  const { env, resource, name, subresource, context } = request;
  const options = writeOptions(request, 'PatchOptions', true);
  const { config, duplicates } = await appliedBody(context);
  checkKind(KIND, config);
  const { strategy, scale: descriptor } = resource.kind;
  const versions = fieldVersions(resource.kind, strategy);
  const by = { manager: options.manager, operation: 'Apply', apiVersion: resource.apiVersion, subresource } as const;
  const objectFor = (old: ResourceObject): ResourceObject => {
    const replicas = checked(config as unknown as Scale, name).spec;
    const applied = replicas.replicas === undefined ? {} : atPath(descriptor!.specReplicasPath, replicas.replicas);
    const object = trackApply(versions, old as ManagedObject, { config: applied, by, force: options.force, now: rfc3339(env.now()), title: name }) as unknown as ResourceObject;
    normalized(object, resource.kind);
    if (duplicates !== undefined) reportDuplicates(context, options.validation, duplicates);
    return object;
  };
  return answer(request, options.dryRun, objectFor, asApplied);
}

async function answer(request: ResourceRequest, dryRun: boolean, objectFor: UpdateRequest['objectFor'], track: UpdateRequest['track']): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const { object } = await updateObject(env, {
    resource, namespace, name, subresource, identity, objectFor, track, dryRun,
    strategy: resource.kind.strategy,
    warn: (text) => context.warn(text),
    signal: context.signal,
  });
  return answerObject(context, 200, scaleOf(object.object, resource.kind.scale!));
}

function checked(wanted: Scale, name: string): Scale {
  if (wanted.metadata?.name && wanted.metadata.name !== name) throw newBadRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  const replicas = wanted.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) throw newInvalid(KIND, name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  return { ...wanted, metadata: wanted.metadata ?? {}, spec: wanted.spec ?? {} };
}
