import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

/** What a client that sends a wrong object is told: upstream's codes and words, by comparison with a kube-apiserver of 1.36. */
const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const NAMESPACE = 'the namespace of the provided object does not match the namespace sent on the request';
const noName = (name: string): string => `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
const otherName = (found: string, name: string): string => `the name of the object (${found}) does not match the name on the URL (${name})`;

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', MAPS, { metadata: { name: 'there' }, data: { a: 'b' } });
  await test.call('POST', DEPLOYMENTS, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } });
  await test.call('POST', MAPS, { metadata: { name: 'going', finalizers: ['example.com/hold'] } });
  await test.call('DELETE', `${MAPS}/going`);
});
afterAll(() => test.stop());

const told = ({ status, body }: TestAnswer): [number, string] => [status, body.message ?? body.status];
const map = (metadata: object, more: object = {}): object => ({ metadata, ...more });

describe('a create is refused', () => {
  it.each([
    ['with a resourceVersion', map({ name: 'a', resourceVersion: '1' }), 400, 'resourceVersion should not be set on objects to be created'],
    ['with a resourceVersion, what is not valid first', map({ name: 'a', resourceVersion: '1' }, { data: { 'x/y': '' } }), 422, expect.stringContaining('data[x/y]: Invalid value')],
    ['of another namespace', map({ name: 'a', namespace: 'other' }), 400, NAMESPACE],
    ['of a name that was to be generated only if there was none', map({ name: 'there', generateName: 'th' }), 409, 'configmaps "there" already exists, the server was not able to generate a unique name for the object'],
    ['of a name that still goes', map({ name: 'going' }), 409, 'object is being deleted: configmaps "going" already exists'],
    ['of too much', map({ name: 'a' }, { data: { a: 'x'.repeat(1024 * 1024 + 1) } }), 422, 'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes'],
    ['of another known kind', { kind: 'Secret', metadata: { name: 'a' } }, 400, 'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion'],
    ['with an owner of no version', map({ name: 'a', ownerReferences: [{ apiVersion: 'a/b/c', kind: 'X', name: 'x', uid: 'u' }] }), 422, 'ConfigMap "a" is invalid: metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty'],
  ])('%s', async (_what, body, status, message) => {
    expect(told(await test.call('POST', MAPS, body))).toEqual([status, message]);
  });

  it('for what a client gives in vain nowhere', async () => {
    for (const resourceVersion of ['0', 'abc']) {
      const { status, body } = await test.call('POST', MAPS, map({ name: `vain-${resourceVersion}`, resourceVersion, deletionTimestamp: '2001-01-01T00:00:00Z', selfLink: '/x' }));
      expect([status, body.metadata.deletionTimestamp, body.metadata.selfLink]).toEqual([201, undefined, undefined]);
    }
    const dry = await test.call('POST', `${MAPS}?dryRun=All`, map({ name: 'dry', resourceVersion: '7' }));
    expect([dry.status, dry.body.metadata.resourceVersion]).toEqual([201, undefined]);
  });
});

describe('an update is refused', () => {
  it.each([
    ['of no name', `${MAPS}/there`, map({}), 400, noName('there')],
    ['of another name, whether it is there or not', `${MAPS}/nothing`, map({ name: 'other' }), 400, otherName('other', 'nothing')],
    ['of another namespace', `${MAPS}/there`, map({ name: 'there', namespace: 'other' }), 400, NAMESPACE],
    ['of a resourceVersion that is no number', `${MAPS}/there`, map({ name: 'there', resourceVersion: 'abc' }), 400, 'strconv.ParseUint: parsing "abc": invalid syntax'],
    ['of what is not its kind, before it is looked for', `${MAPS}/nothing`, { kind: 'Status', metadata: { name: 'nothing' } }, 400, 'Status in version "v1" cannot be handled as a ConfigMap: converting (v1.Status) to (core.ConfigMap): unknown conversion'],
    ['that deletes', `${MAPS}/there`, map({ name: 'there', deletionTimestamp: '2001-01-01T00:00:00Z', deletionGracePeriodSeconds: 3 }), 422, 'ConfigMap "there" is invalid: [metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable, metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable]'],
    ['that gives what goes another time', `${MAPS}/going`, map({ name: 'going', deletionGracePeriodSeconds: 3 }), 422, 'ConfigMap "going" is invalid: metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable'],
    ['without a resourceVersion, where that is needed', `${LEASES}/l`, map({ name: 'l' }), 422, 'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update'],
    ['that creates what is meant to be there', `${LEASES}/m`, map({ name: 'm', uid: 'u' }), 409, 'Operation cannot be fulfilled on leases.coordination.k8s.io "m": Precondition failed: UID in precondition: u, UID in object meta: '],
  ])('%s', async (_what, path, body, status, message) => {
    await test.call('PUT', `${LEASES}/l`, map({ name: 'l' }));
    expect(told(await test.call('PUT', path, body))).toEqual([status, message]);
  });
});

describe('a body that is no JSON is refused', () => {
  const unrecognized = (problem: string): string => `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ${problem}`;
  it.each([
    ['{"a":}', unrecognized(`invalid character '}' looking for beginning of value ({"a":})`)],
    ['x', unrecognized("invalid character 'x' looking for beginning of value (78)")],
    [`{"a": "${'x'.repeat(40)}`, unrecognized(`unexpected end of JSON input ({"a": "${'x'.repeat(23)} ...)`)],
    ['3', unrecognized('json: cannot unmarshal number into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (33)')],
  ])('%s', async (body, message) => {
    expect(told(await test.call('POST', MAPS, body))).toEqual([400, message]);
  });

  it.each([
    [{ apiVersion: 'apps/v1beta1', kind: 'Deployment' }, 'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)'],
    [{ apiVersion: 'v1', kind: 'Pod' }, 'Pod in version "v1" cannot be handled as a Deployment: converting (v1.Pod) to (apps.Deployment): unknown conversion'],
    [{ apiVersion: 'v1', kind: 'Nope' }, 'Nope in version "v1" cannot be handled as a Deployment: no kind "Nope" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
  ])('so is %j for a Deployment', async (body, message) => {
    expect(told(await test.call('POST', DEPLOYMENTS, body))).toEqual([400, message]);
  });

  it.each([[MERGE, 'error decoding patch: unexpected end of JSON input'], [JSON_PATCH, 'error decoding patch: unexpected end of JSON input'], [STRATEGIC, 'unexpected end of JSON input']])('as a patch of type %j', async (type, message) => {
    expect(told(await test.call('PATCH', `${MAPS}/there`, '{', type))).toEqual([400, message]);
  });
});

describe('a patch is refused', () => {
  const refused = (shown: string, problem: string): string => ` "" is invalid: patch: Invalid value: "${shown}": ${problem}`;
  const merged = (problem: string): unknown => expect.stringMatching(new RegExp(`^ "" is invalid: patch: Invalid value: "\\{.*\\}": ${problem}$`));
  const patches: readonly (readonly [string, Record<string, string>, unknown, number, unknown])[] = [
    ['that takes the name', MERGE, { metadata: { name: null } }, 400, noName('there')],
    ['that takes all metadata', MERGE, { metadata: null }, 400, noName('there')],
    ['that sets another name', MERGE, { metadata: { name: 'x' } }, 400, otherName('x', 'there')],
    ['that sets another name and uid', MERGE, { metadata: { name: 'x', uid: 'x' } }, 400, otherName('x', 'there')],
    ['that sets another namespace', JSON_PATCH, [{ op: 'replace', path: '/metadata/namespace', value: 'x' }], 400, NAMESPACE],
    ['that sets another uid', MERGE, { metadata: { uid: 'x' } }, 422, 'ConfigMap "there" is invalid: metadata.uid: Invalid value: "x": field is immutable'],
    ['that sets a resourceVersion that is no number', MERGE, { metadata: { resourceVersion: 'abc' } }, 400, 'strconv.ParseUint: parsing "abc": invalid syntax'],
    ['that makes another kind', MERGE, { kind: 'Secret' }, 422, merged('converting \\(v1.Secret\\) to \\(core.ConfigMap\\): unknown conversion')],
    ['that makes no kind that there is', MERGE, { kind: 'Nope' }, 422, merged('no kind "Nope" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"')],
    ['that makes a list', JSON_PATCH, [{ op: 'replace', path: '', value: [] }], 422, expect.stringContaining('json parse error: json: cannot unmarshal array into Go value of type struct')],
    ['that is no object', MERGE, 3, 400, 'error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}'],
    ['that is no object either', STRATEGIC, [], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['with a number for a text', STRATEGIC, { metadata: { labels: { a: 1 } } }, 422, refused('map[metadata:map[labels:map[a:1]]]', 'cannot convert int64 to string')],
    ['with an object for a text', STRATEGIC, { data: { a: { b: 'c' } } }, 422, refused('map[data:map[a:map[b:c]]]', 'unrecognized type: string')],
    ['with a text for a map', STRATEGIC, { data: 'x' }, 422, refused('map[data:x]', 'cannot restore map from string')],
    ['with a text for a struct', STRATEGIC, { metadata: 'x' }, 422, refused('map[metadata:x]', 'cannot restore struct from: string')],
    ['with bytes that are none', STRATEGIC, { binaryData: { x: '!!' } }, 422, refused('map[binaryData:map[x:!!]]', 'error decoding from json: illegal base64 data at input byte 0')],
  ];
  it.each(patches)('%s', async (_what, type, body, status, message) => {
    expect(told(await test.call('PATCH', `${MAPS}/there`, JSON.stringify(body), type))).toEqual([status, message]);
  });

  it.each([
    ['a text for a number', { spec: { replicas: 'x' } }, 'unrecognized type: int32'],
    ['a fraction for a number', { spec: { replicas: 1.5 } }, 'cannot convert float64 to int32'],
    ['an object for a list', { spec: { template: { spec: { tolerations: {} } } } }, 'cannot restore slice from map'],
    ['a text for a boolean', { spec: { paused: 'yes' } }, 'unrecognized type: bool'],
    ['a boolean for a port', { spec: { template: { spec: { containers: [{ name: 'c', livenessProbe: { tcpSocket: { port: true } } }] } } } }, 'json: cannot unmarshal bool into Go value of type int32'],
  ])('with %s', async (_what, body, problem) => {
    const { status, body: answer } = await test.call('PATCH', `${DEPLOYMENTS}/web`, body, STRATEGIC);
    expect([status, answer.message.split('": ').at(-1)]).toEqual([422, problem]);
  });

  it.each([
    ['no kind', MERGE, { kind: null }],
    ['no version', MERGE, { apiVersion: '' }],
    ['another kind, strategically', STRATEGIC, { kind: 'Secret', apiVersion: 'v2' }],
    ['resourceVersion 0', MERGE, { metadata: { resourceVersion: '0' } }],
    ['nothing, strategically', STRATEGIC, null],
    ['nothing, as a JSON patch', JSON_PATCH, null],
  ])('not where it says %s: it changes nothing', async (_what, type, body) => {
    const before = await test.call('GET', `${MAPS}/there`);
    const { status, body: answer } = await test.call('PATCH', `${MAPS}/there`, JSON.stringify(body), type);
    expect([status, answer]).toEqual([200, before.body]);
  });
});

describe('a scale is refused', () => {
  const scale = (spec: unknown, metadata: object = { name: 'web' }): object => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec });
  const APPLY = { 'content-type': 'application/apply-patch+yaml' };
  const typed = (problem: string): string => `failed to create typed patch object (/web; autoscaling/v1, Kind=Scale): ${problem}`;
  it.each([
    ['of less than nothing', 'PUT', '', scale({ replicas: -1 }), {}, 422, 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ['of another name', 'PUT', '', scale({}, { name: 'x' }), {}, 400, otherName('x', 'web')],
    ['of no name', 'PUT', '', scale({}, {}), {}, 400, noName('web')],
    ['of another object', 'PATCH', '', { metadata: { uid: 'x' } }, MERGE, 409, expect.stringMatching(/^Operation cannot be fulfilled on deployments\/scale.apps "web": Precondition failed: UID in precondition: x, UID in object meta: /)],
    ['of a text', 'PATCH', '', { spec: { replicas: 'x' } }, MERGE, 422, expect.stringContaining('json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32')],
    ['of a field that there is not', 'PATCH', '?fieldValidation=Strict', { spec: { replica: 1 } }, MERGE, 422, expect.stringContaining('strict decoding error: unknown field "spec.replica"')],
    ['that is applied, of a text', 'PATCH', '?fieldManager=x', scale({ replicas: 'x' }), APPLY, 400, typed('.spec.replicas: expected numeric (int or float), got string')],
    ['that is applied, of a field that there is not', 'PATCH', '?fieldManager=x', scale({ replica: 1 }), APPLY, 400, typed('.spec.replica: field not declared in schema')],
  ])('%s', async (_what, method, query, body, headers, status, message) => {
    expect(told(await test.call(method, `${DEPLOYMENTS}/web/scale${query}`, body, headers))).toEqual([status, message]);
  });
});
