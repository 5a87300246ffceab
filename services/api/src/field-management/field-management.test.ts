import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };

let test: TestApi;
beforeAll(async () => void (test = await startTestApi()));
afterAll(() => test.stop());

const agent = (name: string, more: Record<string, string> = {}): Record<string, string> => ({ 'user-agent': `${name}/v1 (linux)`, ...more });
const map = (name: string, data: unknown): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });
const deployment = (name: string, replicas?: number): object => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
  spec: { ...(replicas !== undefined && { replicas }), selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
});
const apply = (path: string, body: unknown, query: string): Promise<TestAnswer> => test.call('PATCH', `${path}?${query}`, body, APPLY);
const managers = ({ body }: TestAnswer): string[] => (body.metadata.managedFields ?? []).map((entry: Record<string, string>) => [entry['manager'], entry['operation'], entry['subresource']].filter(Boolean).join(' '));

describe('managers of writes', () => {
  it('are named by the user agent up to its slash, or by fieldManager', async () => {
    expect(managers(await test.call('POST', MAPS, map('agents', { a: '1' }), agent('kubectl-create')))).toEqual(['kubectl-create Update']);
    const changed = await test.call('PATCH', `${MAPS}/agents?fieldManager=me`, { data: { b: '2' } }, agent('x', MERGE));
    expect(changed.body.metadata.managedFields.map(({ manager, fieldsV1 }: { manager: string; fieldsV1: object }) => [manager, fieldsV1])).toEqual([
      ['kubectl-create', { 'f:data': { '.': {}, 'f:a': {} } }],
      ['me', { 'f:data': { 'f:b': {} } }],
    ]);
  });

  it('are those of a subresource for a write of it, and manage nothing that the subresource does not change', async () => {
    const { body } = await test.call('POST', DEPLOYMENTS, { ...deployment('sub', 1), status: { replicas: 5 } }, agent('a'));
    expect(body.metadata.managedFields[0].fieldsV1['f:status']).toBeUndefined();
    const status = await test.call('PUT', `${DEPLOYMENTS}/sub/status`, { ...body, spec: { ...body.spec, replicas: 7 }, status: { replicas: 1, observedGeneration: 1 } }, agent('b'));
    expect(managers(status)).toEqual(['a Update', 'b Update status']);
    expect(status.body.metadata.managedFields[1].fieldsV1).toEqual({ 'f:status': { 'f:observedGeneration': {}, 'f:replicas': {} } });
    expect(status.body.metadata.managedFields[0].fieldsV1['f:spec']['f:replicas']).toEqual({});
  });

  const scaleTo = (replicas: unknown): object => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'scaled' }, spec: { replicas } });

  it('of a scale have the replicas of the object', async () => {
    await test.call('POST', DEPLOYMENTS, deployment('scaled', 1), agent('a'));
    await test.call('PATCH', `${DEPLOYMENTS}/scaled/scale`, { spec: { replicas: 3 } }, agent('scaler', MERGE));
    const after = await test.call('GET', `${DEPLOYMENTS}/scaled`);
    expect(after.body.metadata.managedFields[0]).toEqual({ manager: 'scaler', operation: 'Update', subresource: 'scale', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } });
    const refused = await apply(`${DEPLOYMENTS}/scaled/scale`, scaleTo(4), 'fieldManager=hpa');
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using autoscaling/v1: .spec.replicas');
    const applied = await apply(`${DEPLOYMENTS}/scaled/scale`, scaleTo(4), 'fieldManager=hpa&force=true');
    expect([applied.status, applied.body.spec.replicas]).toEqual([200, 4]);
    expect(managers(await test.call('GET', `${DEPLOYMENTS}/scaled`))).toEqual(['hpa Apply scale', 'a Update']);
  });

  it('write nothing when nothing but the time of their entry would change', async () => {
    const created = await test.call('POST', MAPS, map('still', { a: '1' }), agent('a'));
    const same = await test.call('PUT', `${MAPS}/still`, created.body, agent('b'));
    expect(same.body).toEqual(created.body);
    const applied = await apply(`${MAPS}/still`, map('still', { a: '1' }), 'fieldManager=x');
    const again = await apply(`${MAPS}/still`, map('still', { a: '1' }), 'fieldManager=x');
    expect(again.body).toEqual(applied.body);
  });

  it.each([['an empty list', []], ['one empty entry', [{}]]])('are forgotten by %s, and before an apply all is somebody\'s again', async (title, reset) => {
    const name = `reset-${String(title.length)}`;
    const { body } = await test.call('POST', MAPS, map(name, { a: '1' }), agent('a'));
    const without = await test.call('PUT', `${MAPS}/${name}`, { ...body, metadata: { ...body.metadata, managedFields: reset } }, agent('b'));
    expect(without.body.metadata.managedFields).toBeUndefined();
    expect(managers(await test.call('PUT', `${MAPS}/${name}`, { ...without.body, data: { a: '2' } }, agent('b')))).toEqual([]);
    expect(managers(await apply(`${MAPS}/${name}`, map(name, { b: '1' }), 'fieldManager=x'))).toEqual(['x Apply', 'before-first-apply Update']);
  });

  it.each([
    ['an unknown operation', { operation: 'Nope' }],
    ['fields that are a text', { fieldsV1: 'f:data' }],
    ['an element that cannot be read', { fieldsV1: { 'f:data': { 'k:{bad': {} } } }],
  ])('do not count when a client gives them with %s', async (title, wrong) => {
    const name = `wrong-${String(title.length)}`;
    const { body } = await test.call('POST', MAPS, map(name, { a: '1' }), agent('a'));
    const entry = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } };
    const { status, body: answer } = await test.call('PATCH', `${MAPS}/${name}`, { metadata: { managedFields: [{ ...entry, ...wrong }] } }, agent('b', MERGE));
    expect([status, answer.metadata.managedFields]).toEqual([200, body.metadata.managedFields]);
  });

  it('have what a controller has by default, too', async () => {
    const { body } = await test.call('POST', '/api/v1/namespaces/default/replicationcontrollers', { metadata: { name: 'rc' }, spec: { selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }, agent('a'));
    expect(body.metadata.managedFields[0].fieldsV1['f:spec']['f:replicas']).toEqual({});
  });

  it('of a namespace whose name was generated have no label with it, as upstream, which sets it later', async () => {
    const { body } = await test.call('POST', '/api/v1/namespaces', { metadata: { generateName: 'made-' } }, agent('a'));
    expect(body.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': body.metadata.name });
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({ 'f:metadata': { 'f:generateName': {} } });
  });

  it('of the two names of events are compared in each', async () => {
    const event = {
      metadata: { name: 'e', namespace: 'default' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'c', reportingInstance: 'i', action: 'A', reason: 'R', type: 'Normal', note: 'n',
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
    };
    const { status } = await test.call('POST', '/apis/events.k8s.io/v1/namespaces/default/events', event, agent('a'));
    expect(status).toBe(201);
    const changed = await test.call('PATCH', '/api/v1/namespaces/default/events/e', { message: 'm' }, agent('b', MERGE));
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const entries = changed.body.metadata.managedFields;
    expect(entries.map(({ manager, apiVersion }: Record<string, string>) => [manager, apiVersion])).toEqual([['a', 'events.k8s.io/v1'], ['b', 'v1']]);
    expect(entries[0].fieldsV1['f:note']).toBeUndefined();
    expect(entries[0].fieldsV1['f:reason']).toEqual({});
    expect(entries[1].fieldsV1).toEqual({ 'f:message': {} });
  });

  it('beyond ten updaters are gathered', async () => {
    await test.call('POST', MAPS, map('many', { k0: '0' }), agent('m0'));
    let last: TestAnswer | undefined;
    for (let index = 1; index < 13; index += 1) last = await test.call('PATCH', `${MAPS}/many`, { data: { [`k${String(index)}`]: '' } }, agent(`m${String(index)}`, MERGE));
    expect(managers(last!)).toHaveLength(10);
    expect(managers(last!)).toContain('ancient-changes Update');
  });
});

describe('server-side apply', () => {
  it('creates, takes away what is no longer applied, and leaves what others set', async () => {
    expect((await apply(`${MAPS}/applied`, map('applied', { a: '1', b: '1' }), 'fieldManager=x')).status).toBe(201);
    await test.call('PATCH', `${MAPS}/applied`, { data: { c: '1' } }, agent('other', MERGE));
    const { status, body } = await apply(`${MAPS}/applied`, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, namespace: default}\ndata:\n  a: "1"\n', 'fieldManager=x');
    expect([status, body.data]).toEqual([200, { a: '1', c: '1' }]);
  });

  it('refuses what others manage, unless forced', async () => {
    await apply(`${MAPS}/conflicts`, map('conflicts', { a: '1' }), 'fieldManager=x');
    const { status, body } = await apply(`${MAPS}/conflicts`, map('conflicts', { a: '2' }), 'fieldManager=y');
    expect(status).toBe(409);
    expect(body).toEqual({
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', code: 409,
      message: 'Apply failed with 1 conflict: conflict with "x": .data.a',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.a' }] },
    });
    const forced = await apply(`${MAPS}/conflicts`, map('conflicts', { a: '2' }), 'fieldManager=y&force=true');
    expect([forced.status, managers(forced)]).toEqual([200, ['y Apply']]);
  });

  it('creates whatever resourceVersion the configuration has', async () => {
    expect((await apply(`${MAPS}/versioned`, { ...map('versioned', { a: '1' }), metadata: { name: 'versioned', resourceVersion: '1' } }, 'fieldManager=x')).status).toBe(201);
  });

  it('says of what only looks like its type what upstream says', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'bad' }, spec: { hard: { pods: 'many' } } };
    const { status, body } = await apply('/api/v1/namespaces/default/resourcequotas/bad', quota, 'fieldManager=x');
    expect([status, body.message]).toEqual([400, "failed to convert new object (/bad; /v1, Kind=ResourceQuota) to proper version: unable to convert unstructured object to /v1, Kind=ResourceQuota: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"]);
  });

  it('is refused where nothing tells apart the items that are there', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/untold';
    const account = (more: object): object => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'untold' }, ...more });
    await test.call('POST', '/api/v1/namespaces/default/serviceaccounts', account({ secrets: [{}] }));
    const problem = '.secrets: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)';
    const first = await apply(path, account({ secrets: [{ name: 's' }] }), 'fieldManager=x');
    expect([first.status, first.body.message]).toEqual([400, `failed to create manager for existing fields: failed to convert new object (default/untold; /v1, Kind=ServiceAccount) to smd typed: ${problem}`]);
  });

  it('writes nothing on a dry run', async () => {
    expect((await apply(`${MAPS}/dry`, map('dry', {}), 'fieldManager=x&dryRun=All')).status).toBe(201);
    expect((await test.call('GET', `${MAPS}/dry`)).status).toBe(404);
  });

  const invalid = (field: string, message: string): string => `PatchOptions.meta.k8s.io "" is invalid: ${field}: ${message}`;
  it.each([
    ['no manager', map('no', {}), '', 422, invalid('fieldManager', 'Required value: is required for apply patch')],
    ['a manager of too many letters', map('no', {}), `fieldManager=${'x'.repeat(129)}`, 422, invalid('fieldManager', 'Too long: may not be more than 128 bytes')],
    ['a manager that cannot be printed', map('no', {}), 'fieldManager=a%01', 422, invalid('fieldManager', 'Invalid value: "a\\x01": invalid character U+0001 (at position 1)')],
    ['managedFields', { ...map('no', {}), metadata: { name: 'no', managedFields: [] } }, 'fieldManager=x', 400, 'metadata.managedFields must be nil'],
    ['a field that is not there', { ...map('no', {}), dta: {} }, 'fieldManager=x', 400, 'failed to create typed patch object (default/no; /v1, Kind=ConfigMap): .dta: field not declared in schema'],
    ['nothing', '', 'fieldManager=x', 400, 'invalid object type: /, Kind='],
    ['a number for a version', 'apiVersion: 1\nkind: ConfigMap\n', 'fieldManager=x', 400, 'invalid object type: /, Kind=ConfigMap'],
    ['a version that is none', 'apiVersion: a/b/c\nkind: ConfigMap\n', 'fieldManager=x', 400, 'invalid object type: /, Kind='],
    ['a number for a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 3}\n', 'fieldManager=x', 400, 'failed to create typed patch object (/; /v1, Kind=ConfigMap): .metadata.name: expected string, got &value.valueUnstructured{Value:3}'],
    ['another kind', { ...map('no', {}), kind: 'Secret' }, 'fieldManager=x', 400, 'invalid object type: /v1, Kind=Secret'],
    ['another name', map('other', {}), 'fieldManager=x', 400, 'the name of the object (other) does not match the name on the URL (no)'],
    ['a uid of nothing', { ...map('no', {}), metadata: { name: 'no', uid: 'u' } }, 'fieldManager=x', 409, 'Operation cannot be fulfilled on configmaps "no": uid mismatch: the provided object specified uid u, and no existing object was found'],
    ['duplicate keys under strict validation', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "no"}\ndata: {a: x}\ndata: {b: z}\n', 'fieldManager=x&fieldValidation=Strict', 400, 'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "data" already set in map'],
  ])('refuses %s', async (_title, body, query, code, message) => {
    const answer = await apply(`${MAPS}/no`, body, query);
    expect([answer.status, answer.body.message]).toEqual([code, message]);
  });

  it('is not there in CBOR', async () => {
    const { status, body } = await test.call('PATCH', `${MAPS}/no?fieldManager=x`, {}, { 'content-type': 'application/apply-patch+cbor' });
    expect([status, body.message]).toEqual([415, 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml']);
  });

  it('takes over what its client applied itself', async () => {
    const lastApplied = JSON.stringify(map('migrated', { a: '1' }));
    const object = { ...map('migrated', { a: '1' }), metadata: { name: 'migrated', namespace: 'default', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied } } };
    await test.call('POST', `${MAPS}?fieldManager=kubectl-client-side-apply`, object);
    const { status, body } = await apply(`${MAPS}/migrated`, map('migrated', { a: '2' }), 'fieldManager=kubectl');
    expect([status, body.data]).toEqual([200, { a: '2' }]);
    expect(JSON.parse(body.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'])).toEqual(map('migrated', { a: '2' }));
  });
});
