import { decodeProtobuf, encodeProtobuf } from '@gantry/apimachinery';
import { createBusTransport } from '@gantry/client';
import type { ApiRequest, ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

/** The same requests over HTTPS and over the bus: one chain answers both, and nothing of an answer may tell which way it came. */
let test: TestApi;
let ways: Readonly<Record<'https' | 'bus', ApiTransport>>;
beforeAll(async () => {
  test = await startTestApi();
  ways = { https: test.admin, bus: createBusTransport({ bus: test.bus, subjectPrefix: 'api.component.cluster' }) };
  for (const way of Object.keys(ways)) await test.call('POST', '/api/v1/namespaces', { metadata: { name: way } });
});
afterAll(async () => {
  await ways.bus.close();
  await test.stop();
});

type Step = readonly [what: string, method: ApiRequest['method'], path: string, body?: object | Uint8Array | string, headers?: Record<string, string>];

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const map = (name: string, data: object = { a: 'b' }): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } };
const patch = (type: string): Record<string, string> => ({ 'content-type': `application/${type}` });
const MAPS = '/api/v1/namespaces/NS/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/NS/deployments';

/** In this order: each finds what those before have made. */
const steps: readonly Step[] = [
  ['create', 'POST', MAPS, map('one')],
  ['create again', 'POST', MAPS, map('one')],
  ['create with a generated name, and a dry run', 'POST', `${MAPS}?dryRun=All`, { metadata: { name: 'dry' } }],
  ['create in protobuf', 'POST', MAPS, encodeProtobuf(map('two') as Record<string, unknown>), { 'content-type': PROTOBUF, accept: PROTOBUF }],
  ['create in YAML', 'POST', MAPS, 'metadata: {name: three}\n', { 'content-type': 'application/yaml', accept: 'application/yaml' }],
  ['create with an unknown field', 'POST', MAPS, { ...map('warned'), unknown: 1 }],
  ['create with an unknown field, strictly', 'POST', `${MAPS}?fieldValidation=Strict`, { ...map('strict'), unknown: 1 }],
  ['create what is not valid', 'POST', MAPS, map('A_B')],
  ['create what is no JSON', 'POST', MAPS, '{'],
  ['create in a form that is not read', 'POST', MAPS, 'x', { 'content-type': 'application/cbor' }],
  ['create more than may be', 'POST', MAPS, map('big', { k: 'x'.repeat(3_200_000) })],
  ['get', 'GET', `${MAPS}/one`],
  ['get in protobuf', 'GET', `${MAPS}/one`, undefined, { accept: PROTOBUF }],
  ['get nothing', 'GET', `${MAPS}/none`],
  ['get nothing in protobuf', 'GET', `${MAPS}/none`, undefined, { accept: PROTOBUF }],
  ['get in no form', 'GET', `${MAPS}/one`, undefined, { accept: 'text/html' }],
  ['list', 'GET', `${MAPS}?labelSelector=!x`],
  ['list as a Table', 'GET', MAPS, undefined, { accept: TABLE }],
  ['list a page', 'GET', `${MAPS}?limit=1`],
  ['list by a selector that is none', 'GET', `${MAPS}?fieldSelector=x%3D1`],
  ['update', 'PUT', `${MAPS}/one`, map('one', { a: 'c' })],
  ['update an old state', 'PUT', `${MAPS}/one`, { ...map('one'), metadata: { name: 'one', resourceVersion: '1' } }],
  ['merge patch', 'PATCH', `${MAPS}/one`, { data: { d: 'e' } }, patch('merge-patch+json')],
  ['JSON patch', 'PATCH', `${MAPS}/one`, [{ op: 'remove', path: '/data/d' }], patch('json-patch+json')],
  ['JSON patch of nothing', 'PATCH', `${MAPS}/one`, [{ op: 'remove', path: '/data/none' }], patch('json-patch+json')],
  ['apply', 'PATCH', `${MAPS}/applied?fieldManager=me`, map('applied'), patch('apply-patch+yaml')],
  ['apply against another manager', 'PATCH', `${MAPS}/applied?fieldManager=you`, map('applied', { a: 'x' }), patch('apply-patch+yaml')],
  ['patch in a form that is none', 'PATCH', `${MAPS}/one`, {}, patch('json')],
  ['create a deployment', 'POST', DEPLOYMENTS, deployment],
  ['strategic merge patch', 'PATCH', `${DEPLOYMENTS}/d`, { spec: { template: { spec: { containers: [{ name: 'c', image: 'j' }] } } } }, patch('strategic-merge-patch+json')],
  ['get a scale', 'GET', `${DEPLOYMENTS}/d/scale`],
  ['update a scale', 'PUT', `${DEPLOYMENTS}/d/scale`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd' }, spec: { replicas: 3 } }],
  ['patch a status', 'PATCH', `${DEPLOYMENTS}/d/status`, { status: { replicas: 2 } }, patch('merge-patch+json')],
  ['a verb that there is not', 'POST', `${DEPLOYMENTS}/d/status`, {}],
  ['a subresource that there is not', 'GET', `${DEPLOYMENTS}/d/none`],
  ['ask a review', 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }],
  ['delete, with a precondition that does not hold', 'DELETE', `${MAPS}/one`, { preconditions: { uid: 'x' } }],
  ['delete', 'DELETE', `${MAPS}/one`, { propagationPolicy: 'Foreground' }],
  ['delete what is not there', 'DELETE', `${MAPS}/none`],
  ['delete all', 'DELETE', `${MAPS}?labelSelector=!x`],
  ['discovery', 'GET', '/apis/apps/v1'],
  ['the version', 'GET', '/version'],
  ['a path that there is not', 'GET', '/nothing'],
  ['a timeout that is none', 'GET', `${MAPS}?timeout=x`],
];
const SAME_HEADERS = ['content-type', 'warning', 'retry-after', 'cache-control', 'vary'];

function shown(type: string, bytes: Uint8Array, way: string): string {
  const value: unknown = type === PROTOBUF ? decodeProtobuf(bytes) : type.startsWith('application/json') ? JSON.parse(Buffer.from(bytes).toString()) : Buffer.from(bytes).toString();
  const changing = new Set(['uid', 'creationTimestamp', 'deletionTimestamp', 'time', 'resourceVersion', 'continue', 'lastUpdateTime']);
  return (JSON.stringify(value, (name, inner: unknown) => (changing.has(name) ? 'any' : inner)) ?? '').replaceAll(way, 'NS').replaceAll(/(uid: |creationTimestamp: |resourceVersion: |time: ).*?\\n/g, '$1any ').replaceAll(/(UID in record \()[\w-]+/g, '$1any');
}

async function answered(way: 'https' | 'bus', [, method, path, body, headers = {}]: Step): Promise<unknown> {
  const [plain = '', query] = path.replaceAll('NS', way).split('?');
  const bytes = body === undefined ? undefined : body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const answer = await ways[way].send({ method, path: plain, ...(query !== undefined && { query }), ...(bytes && { body: bytes }), headers: { accept: 'application/json', 'user-agent': 'same/1', ...(bytes && { 'content-type': 'application/json' }), ...headers } });
  // Refused before it is a request: the bus has no more to say of it.
  if (answer.status === 413) return { status: 413, body: shown('application/json', answer.body, way) };
  expect(answer.headers['audit-id']).toMatch(/^[\da-f-]{36}$/);
  return { status: answer.status, headers: Object.fromEntries(SAME_HEADERS.map((name) => [name, answer.headers[name]])), body: shown(answer.headers['content-type'] ?? '', answer.body, way) };
}

describe('over HTTPS and over the bus', () => {
  it.each(steps)('%s is answered the same', async (...step) => {
    expect(await answered('bus', step as unknown as Step)).toEqual(await answered('https', step as unknown as Step));
  });

  it('a watch says the same, with bookmarks', async () => {
    const frames = async (way: 'https' | 'bus'): Promise<string[]> => {
      const { status, headers, body } = await ways[way].stream({ method: 'GET', path: MAPS.replace('NS', way), query: 'watch=true&timeoutSeconds=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan', headers: { accept: 'application/json' } });
      expect([status, headers['content-type']]).toEqual([200, 'application/json']);
      let text = '';
      for await (const chunk of body) text += Buffer.from(chunk).toString();
      return text.trim().split('\n').map((line) => shown('application/json', Buffer.from(line), way));
    };
    for (const way of ['https', 'bus']) await test.call('POST', MAPS.replace('NS', way), map('watched'));
    const [https, bus] = await Promise.all([frames('https'), frames('bus')]);
    expect(bus.slice(0, 3)).toEqual(https.slice(0, 3));
    expect(bus.join()).toContain('k8s.io/initial-events-end');
  });
});

describe('who one is over the bus', () => {
  const who = async (subjectPrefix: string, headers: Record<string, string>): Promise<unknown> => {
    const transport = createBusTransport({ bus: test.bus, subjectPrefix });
    const { status, body } = await transport.send({ method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', headers: { accept: 'application/json', 'content-type': 'application/json', ...headers }, body: Buffer.from('{}') });
    await transport.close();
    const answer = JSON.parse(Buffer.from(body).toString()) as { status: { userInfo?: { username: string } }; message?: string };
    return status === 201 ? answer.status.userInfo?.username : status;
  };

  it.each([
    ['authorization', { authorization: 'Bearer x' }],
    ['a front proxy', { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }],
    ['a certificate', { 'x-forwarded-client-cert': 'CN=root', 'ssl-client-subject-dn': 'CN=root' }],
  ])('is what the subject says, whatever headers claim: %s', async (_what, headers) => {
    expect(await who('api.node.n1', headers)).toBe('system:node:n1');
    expect(await who('api.component.scheduler', headers)).toBe('system:kube-scheduler');
  });

  it('is somebody else only for who may impersonate', async () => {
    expect(await who('api.node.n1', { 'impersonate-user': 'system:admin' })).toBe(403);
    expect(await who('api.node.n1', { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:masters' })).toBe(403);
    expect(await who('api.component.scheduler', { 'impersonate-user': 'root' })).toBe(403);
    expect(await who('api.component.cluster', { 'impersonate-user': 'bob' })).toBe('bob');
  });
});
