import { decodeProtobuf, encodeProtobuf } from '@gantry/apimachinery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const maps = '/api/v1/namespaces/default/configmaps';
let count = 0;
const create = async (metadata: object = {}): Promise<{ name: string; uid: string; resourceVersion: string }> => (await test.call('POST', maps, { metadata: { name: `m${String(++count)}`, ...metadata } })).body.metadata;
const remove = async (query: string, body?: unknown, headers?: Record<string, string>, metadata?: object): Promise<TestAnswer> => test.call('DELETE', `${maps}/${(await create(metadata)).name}${query}`, body, headers);
const options = (fields: object): object => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...fields });
const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' };

describe('what a delete answers', () => {
  it('of an object that is gone is a Status with its UID', async () => {
    const { name, uid } = await create();
    expect((await test.call('DELETE', `${maps}/${name}`)).body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, kind: 'configmaps', uid } });
  });

  it('is in the form that was asked for; a Status is no Table', async () => {
    expect(decodeProtobuf((await remove('', undefined, { accept: 'application/vnd.kubernetes.protobuf' })).body)).toMatchObject({ kind: 'Status', status: 'Success' });
    expect(String(Buffer.from((await remove('', undefined, { accept: 'application/yaml' })).body))).toContain('status: Success');
    const asTable = await remove('', undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect([asTable.status, asTable.body.kind]).toEqual([200, 'Status']);
  });

  it.each([
    ['the policy in the query', '?propagationPolicy=Foreground', undefined, ['foregroundDeletion'], 200],
    ['the policy in the body', '', options({ propagationPolicy: 'Orphan' }), ['orphan'], 200],
    ['orphanDependents in the query', '?orphanDependents=true', undefined, ['orphan'], 200],
    ['orphanDependents in the body', '', options({ orphanDependents: true }), ['orphan'], 200],
    ['options of any group', '', { ...options({ propagationPolicy: 'Orphan' }), apiVersion: 'apps/v1' }, ['orphan'], 200],
    ['options without a kind', '', { propagationPolicy: 'Foreground' }, ['foregroundDeletion'], 200],
  ])('of an object that still goes is that object: %s', async (_what, query, body, finalizers, code) => {
    const { status, body: object } = await remove(query, body);
    expect([status, object.metadata.finalizers, object.metadata.deletionGracePeriodSeconds]).toEqual([code, finalizers, 0]);
  });

  it('is 202 where dependents are not to be orphaned, in the old way, and something still holds the object', async () => {
    const answer = await remove('?orphanDependents=false', undefined, undefined, { finalizers: ['a.b/c'] });
    expect([answer.status, answer.body.kind]).toEqual([202, 'ConfigMap']);
    expect((await remove('?orphanDependents=false')).status).toBe(200);
  });

  it('reads options in protobuf and in YAML', async () => {
    const body = encodeProtobuf({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' });
    expect((await remove('', body, protobuf)).body.metadata.finalizers).toEqual(['orphan']);
    expect((await remove('', 'propagationPolicy: Orphan\n', { 'content-type': 'application/yaml' })).body.metadata.finalizers).toEqual(['orphan']);
  });
});

describe('options that are none', () => {
  const unmarshal = (type: string, field: string, goType: string): string => `json: cannot unmarshal ${type} into Go struct field DeleteOptions.${field} of type ${goType}`;

  it.each([
    ['another kind', { kind: 'Pod', apiVersion: 'v1' }, 'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
    ['a Status', { kind: 'Status', apiVersion: 'v1' }, 'converting (v1.Status) to (v1.DeleteOptions): unknown conversion'],
    ['options of something else', { kind: 'ListOptions', apiVersion: 'meta.k8s.io/v1' }, 'converting (v1.ListOptions) to (v1.DeleteOptions): unknown conversion'],
    ['a wrong type', { gracePeriodSeconds: 'x' }, unmarshal('string', 'gracePeriodSeconds', 'int64')],
    ['a list', [], `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`],
    ['a kind that is no text', { kind: 7 }, "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string"],
  ])('are refused with 400: %s', async (_what, body, message) => {
    const { status, body: { message: said } } = await remove('', body);
    expect([status, said]).toEqual([400, message]);
  });

  it('are refused in a form that is not read', async () => {
    const { status, body } = await remove('', 'x', { 'content-type': 'application/cbor' });
    expect([status, body.message]).toEqual([415, 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf']);
  });

  it.each([
    ['both ways at once', options({ orphanDependents: true, propagationPolicy: 'Orphan' }), 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set'],
    ['an unknown policy', options({ propagationPolicy: 'x' }), 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "x": supported values: "Foreground", "Background", "Orphan", "nil"'],
    ['an unknown dry run', options({ dryRun: ['x'] }), 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"'],
  ])('are refused with 422: %s', async (_what, body, message) => {
    const answer = await remove('', body);
    expect([answer.status, answer.body.message]).toEqual([422, message]);
  });
});

describe('preconditions', () => {
  it('are held against the object, by UID and by resourceVersion', async () => {
    const { name, uid, resourceVersion } = await create();
    const wrongUid = await test.call('DELETE', `${maps}/${name}`, options({ preconditions: { uid: 'x' } }));
    expect([wrongUid.status, wrongUid.body.message]).toEqual([409, `Operation cannot be fulfilled on ConfigMap "${name}": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`]);
    const old = await test.call('DELETE', `${maps}/${name}`, options({ preconditions: { resourceVersion: '1' } }));
    expect([old.status, old.body.message]).toEqual([409, `Operation cannot be fulfilled on ConfigMap "${name}": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`]);
    expect((await test.call('DELETE', `${maps}/${name}`, options({ preconditions: { uid, resourceVersion } }))).status).toBe(200);
  });
});

describe('deletecollection', () => {
  const left = async (query: string): Promise<string[]> => (await test.call('GET', `${maps}${query}`)).body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);

  it('takes what the selectors leave, no more than the limit, and says what that was', async () => {
    for (const [name, set] of [['c1', 'a'], ['c2', 'a'], ['c3', 'a'], ['c4', 'b']]) await create({ name, labels: { set } });
    const first = await test.call('DELETE', `${maps}?labelSelector=set%3Da&limit=2`);
    expect([first.status, first.body.kind, first.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name), first.body.metadata.continue !== undefined]).toEqual([200, 'ConfigMapList', ['c1', 'c2'], true]);
    await test.call('DELETE', `${maps}?fieldSelector=metadata.name%3Dc4&dryRun=All`);
    expect(await left('?labelSelector=set')).toEqual(['c3', 'c4']);
    await test.call('DELETE', `${maps}?labelSelector=set`, options({ propagationPolicy: 'Orphan' }));
    expect((await test.call('GET', `${maps}/c3`)).body.metadata.finalizers).toEqual(['orphan']);
  });

  it('deletes nothing when its options are wrong, or when the given UID is of none', async () => {
    const { name } = await create({ labels: { kept: 'yes' } });
    expect((await test.call('DELETE', `${maps}?labelSelector=kept`, options({ propagationPolicy: 'x' }))).status).toBe(422);
    expect((await test.call('DELETE', `${maps}?labelSelector=kept`, options({ preconditions: { uid: 'x' } }))).status).toBe(409);
    expect(await left('?labelSelector=kept')).toEqual([name]);
  });
});
