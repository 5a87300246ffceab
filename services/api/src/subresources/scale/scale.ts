import { entriesOfScale, entriesWithScale, invalid, newConflict, newInvalid, rfc3339, SCALE_VERSION, schemaOf, setOf, trackUpdate, valueTypeOf } from '@gantry/apimachinery';
import type { FieldVersions, GroupVersionKind, ManagedFieldsEntry, ManagedObject } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../../http/answer.js';
import { decodeObject } from '../../http/decode-body.js';
import { getObject } from '../../registry/get.js';
import { checkName, uidMessage, updateObject } from '../../registry/update.js';
import { appliedBody, appliedObject, asApplied } from '../../verbs/apply.js';
import { isApply, patcher } from '../../verbs/patch.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { writeOptions } from '../../verbs/write-options.js';
import { answerObject } from '../answer-object.js';
import type { Subresource } from '../subresource.js';
import { fieldPathOf, scaleOf, withScale } from './scale-object.js';
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

/** What a request makes of a scale, with who manages it. */
type Change = (old: Scale) => Scale;

async function get({ env, resource, namespace, name, context }: ResourceRequest): Promise<Answer> {
  const { object } = await getObject(env, resource, namespace, name, context.query.get('resourceVersion') ?? '');
  return answerScale(context, scaleOf(object, resource.kind.scale!), env.now());
}

function update(request: ResourceRequest): Promise<Answer> {
  const { dryRun, validation, manager } = writeOptions(request, 'UpdateOptions');
  const decoded = (): Scale => decodeObject(request.context, KIND, validation) as unknown as Scale;
  return write(request, dryRun, (old) => tracked(request, manager, old, decoded()));
}

async function patch(request: ResourceRequest): Promise<Answer> {
  if (isApply(request)) return applyScale(request);
  const { dryRun, validation, manager } = writeOptions(request, 'PatchOptions');
  const patched = patcher(request, KIND, validation);
  return write(request, dryRun, (old) => checkedUid(request, old, tracked(request, manager, old, patched(old as ResourceObject) as Scale)));
}

async function applyScale(request: ResourceRequest): Promise<Answer> {
  const options = writeOptions(request, 'PatchOptions', true);
  const body = await appliedBody(request.context);
  return write(request, options.dryRun, (old) => checkedUid(request, old, appliedObject(request, KIND, scaleVersions(), options, body, old as ResourceObject) as Scale));
}

/** Throws 409 for a patch that sets the uid of another object. */
function checkedUid({ resource: { groupResource }, name }: ResourceRequest, { metadata: { uid = '' } }: Scale, wanted: Scale): Scale {
  if (!wanted.metadata.uid || wanted.metadata.uid === uid) return wanted;
  throw newConflict({ ...groupResource, resource: `${groupResource.resource}/scale` }, name, uidMessage(wanted.metadata.uid, uid));
}

function tracked({ env, subresource }: ResourceRequest, manager: string, old: Scale, wanted: Scale): Scale {
  const by = { manager, operation: 'Update', apiVersion: SCALE_VERSION, subresource } as const;
  trackUpdate(scaleVersions(), old as unknown as ManagedObject, wanted as unknown as ManagedObject, { by, now: rfc3339(env.now()) });
  return wanted;
}

let versions: FieldVersions | undefined;

/** A scale has one version and nothing that cannot be managed. */
function scaleVersions(): FieldVersions {
  return (versions ??= {
    apiVersion: SCALE_VERSION,
    ignored: setOf([]),
    typeOf: (version) => (version === SCALE_VERSION ? valueTypeOf(schemaOf(KIND)!) : undefined),
    convert: (object) => object,
  });
}

/** Writes a changed scale into its object: the replicas, and who manages them there. */
async function write(request: ResourceRequest, dryRun: boolean, change: Change): Promise<Answer> {
  const { env, resource, namespace, name, subresource, context, identity } = request;
  const { strategy, scale: descriptor } = resource.kind;
  const path = fieldPathOf(descriptor!);
  const objectFor = (old: ResourceObject): ResourceObject => {
    const entries = old.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
    const before = scaleOf(old, descriptor!);
    const wanted = checked(change(withEntries(before, entriesOfScale(entries, path))), name);
    const object = withScale(old, descriptor!, wanted);
    const after = entriesWithScale(entries, wanted.metadata.managedFields, path, resource.apiVersion);
    if (after === undefined) delete object.metadata.managedFields;
    else object.metadata.managedFields = after;
    return object;
  };
  const { object } = await updateObject(env, {
    resource, namespace, name, subresource, identity, objectFor, dryRun, strategy,
    track: asApplied,
    warn: (text) => context.warn(text),
    signal: context.signal,
  });
  return answerObject(context, 200, scaleOf(object.object, descriptor!));
}

function withEntries(object: Scale, managedFields: ManagedFieldsEntry[] | undefined): Scale {
  return managedFields === undefined ? object : { ...object, metadata: { ...object.metadata, managedFields } };
}

function checked(wanted: Scale, name: string): Scale {
  checkName(wanted.metadata, name);
  const spec = wanted.spec ?? {};
  const { replicas = 0 } = spec;
  if (replicas < 0) throw newInvalid(KIND, name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  return { ...wanted, spec };
}
