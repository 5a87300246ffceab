import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

/**
 * What a body of a megabyte can be made to cost. Every one of these held the process for minutes, or ended it, when its lists were looked
 * at each item against each. The longest stall is printed: no test asserts a time.
 */
const MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

let test: TestApi;
let beat: NodeJS.Timeout;
let last = performance.now();
let longest = 0;
beforeAll(async () => {
  test = await startTestApi();
  beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 10);
});
afterAll(async () => {
  clearInterval(beat);
  process.stdout.write(`longest stall by a large body: ${longest.toFixed(0)} ms\n`);
  await test.stop();
});

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const keys = (count: number, value: string): Record<string, string> => Object.fromEntries(times(count, (index) => [`k${String(index)}`, value]));
const map = (name: string, metadata: object = {}, data: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
const pod = (name: string, container: object, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec } });
const owner = (index: number): object => ({ apiVersion: 'v1', kind: 'X', name: 'n', uid: String(index), controller: true });
const entry = (index: number): object => ({ manager: `m${String(index)}`, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { [`f:k${String(index)}`]: {} } } });
const variable = (index: number): { name: string; value: string } => ({ name: `A${String(index)}`, value: '1' });
const inSets = (depth: number, inner: unknown): unknown => times(depth, () => 0).reduce<unknown>((set) => ({ fieldsV1: set }), inner);
const nested = (depth: number): object => times(depth, () => 'f:a').reduceRight<object>((inner, name) => ({ [name]: inner }), {});

it.each([
  ['ports that are one', 'POST', PODS, pod('ports', { ports: times(10_000, () => ({ containerPort: 80 })) }), {}, 201],
  ['variables that are one', 'POST', PODS, pod('env', { env: times(10_000, () => variable(0)) }), {}, 201],
  ['files at one path', 'POST', PODS, pod('files', {}, { volumes: [{ name: 'v', configMap: { name: 'm', items: times(20_000, () => ({ key: 'a', path: 'p' })) } }] }), {}, 201],
  ['owners that are all controllers', 'POST', MAPS, map('owners', { ownerReferences: times(10_000, owner) }), {}, 422],
  ['scopes of a quota', 'POST', '/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopes: times(20_000, () => 'Nope') } }, {}, 422],
  ['managers', 'POST', MAPS, map('managers', { managedFields: times(10_000, entry) }, keys(10_000, '')), {}, 201],
  ['fields in fields', 'POST', MAPS, map('deep', { managedFields: [{ ...entry(0), fieldsV1: nested(990) }] }), {}, 201],
  ['sets of fields in one another', 'POST', MAPS, map('sets', { managedFields: [{ ...entry(0), fieldsV1: inSets(95, times(1_000_000, () => 1)) }] }), {}, 201],
  ['data', 'PATCH', `${MAPS}/data?fieldManager=one`, map('data', {}, keys(40_000, '1')), APPLY, 201],
  ['data of somebody else', 'PATCH', `${MAPS}/data?fieldManager=two`, map('data', {}, keys(40_000, '2')), APPLY, 409],
  ['data that takes it over', 'PATCH', `${MAPS}/data?fieldManager=two&force=true`, map('data', {}, keys(40_000, '2')), APPLY, 200],
  ['finalizers', 'PATCH', `${MAPS}/finalizers?fieldManager=one`, map('finalizers', { finalizers: times(40_000, (index) => `a.b/${String(index)}`) }), APPLY, 201],
  ['finalizers the other way round', 'PATCH', `${MAPS}/finalizers?fieldManager=one`, map('finalizers', { finalizers: times(40_000, (index) => `a.b/${String(39_999 - index)}`) }), APPLY, 200],
  ['variables', 'POST', PODS, pod('many', { env: times(10_000, variable) }), {}, 201],
  ['variables that go', 'PATCH', `${PODS}/many`, { spec: { containers: [{ name: 'c', env: times(10_000, (index) => ({ name: `A${String(index)}`, $patch: 'delete' })), '$setElementOrder/env': [{ name: 'B' }] }] } }, STRATEGIC, 422],
  ['steps that move', 'PATCH', `${MAPS}/finalizers`, times(10_000, () => ({ op: 'move', from: '/metadata/finalizers/0', path: '/metadata/finalizers/39999' })), JSON_PATCH, 413],
])('%s are looked at once each', async (_what, method, path, body, headers, status) => {
  const answer = await test.call(method, path, JSON.stringify(body), headers);
  expect(answer.status, JSON.stringify(answer.body.message ?? '').slice(0, 300)).toBe(status);
});

it('fields that patches put into one another are refused before they are too deep to be read', async () => {
  await test.call('POST', MAPS, map('nested'));
  const set = (fieldsV1: object): object => ({ op: 'replace', path: '/metadata/managedFields', value: [{ ...entry(0), fieldsV1 }] });
  const deepOnce = await test.call('PATCH', `${MAPS}/nested`, [set(nested(900))], JSON_PATCH);
  const depth = ({ metadata }: { metadata: object }): number => JSON.stringify(metadata).split('f:a').length - 1;
  expect([deepOnce.status, depth(deepOnce.body)]).toEqual([200, 900]);
  const deeper = [set(nested(900)), { op: 'add', path: `/metadata/managedFields/0/fieldsV1${'/f:a'.repeat(901)}`, value: nested(900) }];
  const { status, body } = await test.call('PATCH', `${MAPS}/nested`, deeper, JSON_PATCH);
  expect([status, depth(body)]).toEqual([200, 900]);
});
