import { kinds } from '@gantry/resources';
import type { KindDescriptor } from '@gantry/resources';
import type { Dice } from './fuzz-dice.suite.js';
import { asProtobuf, asYaml, schemaObject } from './fuzz-objects.suite.js';

/** A request as it goes to the wire: nothing of it need be valid. */
export interface FuzzRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

function collectionOf({ group, version, resource, namespaced }: KindDescriptor): string {
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}/${namespaced ? 'namespaces/f/' : ''}${resource}`;
}

/** Every kind that there is, some of them more often: most of what is special is in them. */
const RESOURCES = [
  ...kinds.map(collectionOf), ...kinds.filter(({ namespaced }) => namespaced).slice(0, 3).map((kind) => collectionOf({ ...kind, namespaced: false })),
  ...Array.from({ length: 3 }, () => ['/api/v1/namespaces', '/api/v1/namespaces/f/pods', '/api/v1/namespaces/f/configmaps', '/apis/apps/v1/namespaces/f/deployments']).flat(),
];
const REVIEWS = ['/apis/authorization.k8s.io/v1/subjectaccessreviews', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', '/apis/authorization.k8s.io/v1/namespaces/f/localsubjectaccessreviews', '/apis/authentication.k8s.io/v1/tokenreviews', '/apis/authentication.k8s.io/v1/selfsubjectreviews'];
const OTHER_PATHS = ['/', '/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', '/version', '/openapi/v2', '/openapi/v3', '/openapi/v3/apis/apps/v1', '/livez', '/readyz?verbose', '/readyz?exclude=etcd&exclude=%00', '/livez/ping', '/healthz/x', '/metrics', '/metrics/slis', '/openapi/v3/api/v1?hash=0', '/openapi/v3/../x', '/.well-known/openid-configuration', '/openid/v1/jwks', '/nothing', '/api/v1/namespaces/%zz/pods', '/api//v1', '//api/v1/pods', '/apis/apps/v1/deployments/x/y/z'];
const NAMES = ['a', 'b', 'c', 'default', 'kube-system', 'x.y', 'A_B', 'x'.repeat(300), '%00', '%ff', '%ed%a0%80', '..', '%2e%2e', '%2F', 'a%2Fb', '\u00e4', '-', '__proto__', 'constructor', '%F0%9F%98%80'];
const SUBRESOURCES = ['status', 'status', 'scale', 'binding', 'eviction', 'log', 'finalize', 'approval', 'token', 'exec', 'attach', 'portforward', 'ephemeralcontainers', 'resize', 'proxy', 'proxy/a/b', 'nothing', '__proto__', 'status/x'];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'POST', 'PUT', 'GET', 'GET', 'POST', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];
/** How likely a method is sent to an object and not to a collection. */
const ON_OBJECT: Readonly<Record<string, number>> = { POST: 0.15, PUT: 0.97, PATCH: 0.97, DELETE: 0.9 };
const TYPES = ['application/json', 'application/json', 'application/json', 'application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/cbor', 'text/plain', '', ';', '*/*', 'application/json; charset=utf-16'];
const ACCEPTS = ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf', 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', '*/*', 'text/html', ';;;', ',', 'application/yaml', 'application/yaml;as=Table;v=v1beta1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io', 'application/json;q=x', 'application/json;stream=watch'];
const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['accept-encoding', ['gzip', 'gzip;q=0', 'deflate, br', '*', 'gzip, gzip']], ['content-encoding', ['gzip', 'identity', 'x']], ['user-agent', ['curl/8', 'Mozilla/5.0', '', '\u00ff', 'a'.repeat(5000)]],
  ['if-none-match', ['*', '"x"', 'W/"x"']], ['audit-id', ['a', 'x'.repeat(2000), '\u00e4']], ['impersonate-user', ['bob', '', 'system:admin', '\u00ff']], ['impersonate-group', ['system:masters', '']],
  ['x-remote-user', ['root']], ['upgrade', ['websocket', 'SPDY/3.1', 'x']], ['range', ['bytes=0-1']], ['te', ['trailers', 'gzip']], ['expect', ['100-continue']], ['origin', ['null', 'https://x']],
  ['x-stream-protocol-version', ['v4.channel.k8s.io', 'x']], ['sec-websocket-protocol', ['v5.channel.k8s.io', 'a, b']], ['sec-websocket-key', ['dGhlIHNhbXBsZSBub25jZQ==', 'x']], ['sec-websocket-version', ['13', '7']],
];
const NUMBERS = ['0', '1', '-1', '5', '3', '10', '99999', '9007199254740993', '18446744073709551615', '18446744073709551616', '99999999999999999999', '1e3', 'x', '', ' ', '0x10', '00', '1.5', '\u0000', '-9223372036854775808', '9223372036854775807', '9'.repeat(400)];
const SELECTORS = ['a=b', 'a!=b', 'a in (b,c)', 'a notin (', '!a', 'a', 'a=', '=', ',', 'a>1', 'a<x', 'metadata.name=a', 'metadata.name!=a', 'metadata.namespace=f', 'spec.nodeName=n', 'status.phase=Running', 'spec.unknown=1', 'metadata.name=a,metadata.name=b', 'metadata.name=a\\,b', 'metadata.name=a\\', '\u0000', '('.repeat(500), 'a=b,'.repeat(3000), `${'a'.repeat(400)}=b`, '__proto__=a', 'a in (' + 'b,'.repeat(5000) + 'c)', 'involvedObject.name=x', 'type=Normal'];
const FIELDS = ['metadata', 'name', 'namespace', 'generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'spec', 'status', 'containers', 'image', 'replicas', 'selector', 'matchLabels', 'template', 'data', 'binaryData', 'stringData', 'conditions', 'phase', 'nodeName', 'taints', 'tolerations', 'resources', 'limits', 'cpu', 'ports', 'env', 'volumes', 'kind', 'apiVersion', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'holderIdentity', 'unknown', '__proto__', 'toString', '\u4e2d', 'strategy', 'rollingUpdate', 'maxSurge', 'securityContext', 'affinity', 'involvedObject', 'eventTime', 'target', 'immutable', 'type', '$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers', 'podCIDRs', 'addresses', 'livenessProbe', 'httpGet', 'hostPath', 'topologySpreadConstraints'];
const VALUES: readonly unknown[] = ['', 'a', 'b', 'f', 0, 1, -1, 1.5, 1e308, 9007199254740993, true, null, {}, [], [null], [{}], [[]], { a: null }, '\u0000', '\ud800', 'x'.repeat(1000), '100m', '1e400', '2020-01-01T00:00:00Z', '9999999-01-01T00:00:00Z', 'delete', 'replace', 'merge', { name: 'c', image: 'i' }, [{ name: 'c', image: 'i' }], { app: 'a' }, ['a', 'a'], '%', 'Always', 'NoSchedule'];

/** The next request: most are near something valid, so that they come far. */
export function fuzzRequest(dice: Dice): FuzzRequest {
  const method = dice.of(METHODS);
  const headers: Record<string, string> = {};
  if (dice.chance(0.5)) headers['accept'] = dice.of(dice.chance(0.8) ? ACCEPTS.slice(0, 7) : ACCEPTS);
  if (dice.chance(0.12)) addHeaders(dice, headers);
  const path = fuzzPath(dice, method);
  const body = method === 'GET' || method === 'HEAD' ? undefined : fuzzBody(dice, headers, method, path);
  return { method, path, headers, body };
}

function addHeaders(dice: Dice, headers: Record<string, string>): void {
  for (let i = dice.below(3); i >= 0; i--) {
    const [name, values] = dice.of(HEADERS);
    headers[name] = dice.of(values);
  }
  if (headers['upgrade'] !== undefined && dice.chance(0.9)) headers['connection'] = 'Upgrade';
}

function fuzzPath(dice: Dice, method: string): string {
  if (dice.chance(0.05)) return dice.of(OTHER_PATHS);
  if (method === 'POST' && dice.chance(0.04)) return dice.of(REVIEWS);
  let path = dice.of(RESOURCES);
  const isOnObject = dice.chance(ON_OBJECT[method] ?? 0.6);
  if (isOnObject) path += `/${encodeURI(dice.of(dice.chance(0.85) ? NAMES.slice(0, 3) : NAMES)).replaceAll('%25', '%')}`;
  if (isOnObject && dice.chance(method === 'POST' ? 0.9 : 0.25)) path += `/${dice.of(SUBRESOURCES)}`;
  if (dice.chance(0.03)) path = path.replace('/f/', `/${dice.of(NAMES.slice(6, 18))}/`).replace('\u00e4', '%c3%a4');
  return path + fuzzQuery(dice);
}

function fuzzQuery(dice: Dice): string {
  if (dice.chance(0.5)) return '';
  const pairs: string[] = [];
  const add = (name: string, value: string): void => void pairs.push(`${name}=${dice.chance(0.95) ? encodeURIComponent(value) : value.replace(/[^\x21-\x7e]|#/g, '%')}`);
  for (let i = dice.below(4); i >= 0; i--) {
    const name = dice.of(['resourceVersion', 'resourceVersionMatch', 'limit', 'continue', 'labelSelector', 'fieldSelector', 'dryRun', 'fieldValidation', 'watch', 'timeoutSeconds', 'sendInitialEvents', 'allowWatchBookmarks', 'gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'includeObject', 'pretty', 'force', 'fieldManager', 'container', 'tailLines', 'timeout', 'exclude', 'command', 'stdin', 'ports']);
    add(name, fuzzParameter(dice, name));
  }
  return `?${pairs.join('&')}`;
}

function fuzzParameter(dice: Dice, name: string): string {
  if (name === 'labelSelector' || name === 'fieldSelector') return dice.of(SELECTORS);
  if (name === 'continue') return continueToken(dice);
  if (name === 'resourceVersionMatch') return dice.of(['Exact', 'NotOlderThan', 'x', '']);
  if (name === 'timeout') return dice.of(['1s', '0s', '-1s', '1', 'x', '1h', '50ms']);
  if (name === 'dryRun') return dice.of(['All', 'None', '']);
  if (name === 'fieldValidation') return dice.of(['Strict', 'Warn', 'Ignore', 'x']);
  if (name === 'propagationPolicy') return dice.of(['Foreground', 'Background', 'Orphan', 'x']);
  return dice.chance(0.7) ? dice.of(NUMBERS) : dice.of(['true', 'false', 'x']);
}

function continueToken(dice: Dice): string {
  const start = dice.of(['a\u0000', 'f/a\u0000', '', '\u0000', 'a\u0000b\u0000', '\ud800', '../../x', 'x'.repeat(3000), 7, null, {}]);
  const rv = dice.of([1, 3, 0, -1, -2, 1e308, 9007199254740991, '1', null]);
  const token = JSON.stringify({ v: dice.of(['meta.k8s.io/v1', 'meta.k8s.io/v1', 'meta.k8s.io/v1', 'x']), rv, start });
  return dice.chance(0.8) ? Buffer.from(token).toString('base64url') : dice.of(['x', '', 'bnVsbA', 'W10', 'MQ', '%', 'a'.repeat(5000)]);
}

function fuzzBody(dice: Dice, headers: Record<string, string>, method: string, path: string): Buffer | undefined {
  if (dice.chance(0.05)) return undefined;
  const type = method === 'PATCH' && dice.chance(0.8) ? dice.of(TYPES.slice(6, 10)) : dice.of(dice.chance(0.8) ? TYPES.slice(0, 6) : TYPES);
  if (type !== '') headers['content-type'] = type;
  const shape = dice.next();
  if (shape < 0.03) return Buffer.from(Array.from({ length: dice.below(400) }, () => dice.below(256)));
  if (shape < 0.05) return Buffer.concat([Buffer.from('k8s\u0000'), Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)))]);
  if (shape < 0.07) return Buffer.from(dice.of(['[', '{"a":', '{"metadata":{"labels":']).repeat(dice.of([10, 1000, 100_000, 400_000])));
  if (shape < 0.08) return Buffer.from(nested(dice.of([500, 5000, 50_000, 200_000]), dice.of(['spec', 'metadata', 'unknown', 'data'])));
  if (shape < 0.09) return Buffer.from(`{"metadata":{"name":"big"},"data":{"k":"${'y'.repeat(dice.of([100_000, 1_500_000, 3_200_000]))}"}}`);
  if (shape < 0.10) return Buffer.from(`{"metadata":{"name":"many"},${Array.from({ length: dice.of([10, 5000]) }, (_, i) => `"u${String(i)}":1`).join(',')}}`);
  if (type.includes('json-patch')) return Buffer.from(JSON.stringify(Array.from({ length: dice.below(6) }, () => jsonPatchStep(dice))));
  const object = fuzzObject(dice, method, path);
  if (type === 'application/yaml' && shape > 0.4) return asYaml(object);
  if (type.endsWith('protobuf') && shape > 0.3) return damagedBytes(dice, asProtobuf(object as Record<string, unknown>));
  const text = JSON.stringify(object);
  if (shape < 0.2) return Buffer.from(damaged(dice, text));
  return Buffer.from(text);
}

function nested(depth: number, field: string): string {
  return `{"metadata":{"name":"deep"},"${field}":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
}

function damaged(dice: Dice, text: string): string {
  const at = dice.below(text.length);
  return text.slice(0, at) + dice.of(['', '"', '{', '}', ',', '\u0000', 'null', '\\u0000', '\\ud800', '9'.repeat(40), ' : ', '&x *x']) + text.slice(at + dice.below(6));
}

/** A body in which now and then one byte is another. */
function damagedBytes(dice: Dice, bytes: Buffer | undefined): Buffer | undefined {
  if (bytes !== undefined && dice.chance(0.4)) bytes[dice.below(bytes.length)] = dice.below(256);
  return bytes;
}

function jsonPatchStep(dice: Dice): unknown {
  const path = (): unknown => (dice.chance(0.95) ? `/${Array.from({ length: dice.below(4) }, () => dice.of([...FIELDS, '0', '-', '-1', '~0', '~1', '~', '99999999999'])).join('/')}` : dice.of(VALUES));
  return dice.chance(0.95) ? { op: dice.of(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x']), path: path(), ...(dice.chance(0.5) && { from: path() }), value: dice.of(VALUES) } : dice.of(VALUES);
}

const POD = { containers: [{ name: 'c', image: 'i' }] };
const TEMPLATE = { selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'a' } }, spec: POD } };
/** What is valid, by the last part of the path or by its subresource. */
const VALID: Readonly<Record<string, object>> = {
  pods: { spec: POD }, deployments: { spec: { replicas: 1, ...TEMPLATE } }, replicasets: { spec: { replicas: 1, ...TEMPLATE } }, configmaps: { data: { k: 'v' } }, secrets: { data: { k: 'dg==' } },
  leases: { spec: { holderIdentity: 'h', leaseDurationSeconds: 40 } }, events: { involvedObject: { namespace: 'f', name: 'a', kind: 'Pod' }, reason: 'R', message: 'm', type: 'Normal' },
  status: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, binding: { target: { kind: 'Node', name: 'n' } }, scale: { spec: { replicas: 2 } }, eviction: { deleteOptions: { gracePeriodSeconds: 0 } },
};

/** An object that is nearly valid where it is sent, with some of its places filled with what does not belong there. */
function fuzzObject(dice: Dice, method: string, path: string): unknown {
  if (method === 'DELETE') return mutated(dice, { gracePeriodSeconds: dice.of([0, 30, -1, 1e18]), ...(dice.chance(0.3) && { preconditions: { uid: 'x' } }), ...(dice.chance(0.3) && { propagationPolicy: 'Orphan' }) });
  const meta: Record<string, unknown> = dice.chance(0.9) ? { name: dice.of(['a', 'b', 'c']), ...(dice.chance(0.3) && { labels: { app: 'a' } }), ...(dice.chance(0.1) && { finalizers: ['x/y'] }) } : { generateName: 'g-' };
  if (method !== 'POST') delete meta['name'];
  const segments = path.split(/[/?]/);
  const own = kinds.find(({ resource, group }) => segments.includes(resource) && (group === '' || segments.includes(group)));
  if (own !== undefined && dice.chance(0.4)) return mutated(dice, schemaObject(dice, own, meta));
  const kind = segments.findLast((segment) => Object.hasOwn(VALID, segment));
  return mutated(dice, { metadata: meta, ...structuredClone(kind === undefined ? {} : VALID[kind]) });
}

function mutated(dice: Dice, object: Record<string, unknown>): unknown {
  for (let i = dice.below(4); i > 0; i--) mutate(dice, object);
  return object;
}

function mutate(dice: Dice, object: Record<string, unknown>): void {
  let place: Record<string, unknown> = object;
  for (let depth = dice.below(6); depth > 0; depth--) {
    const inner = Object.values(place).filter((value): value is Record<string, unknown> => typeof value === 'object' && value !== null);
    if (inner.length === 0) break;
    place = dice.of(inner);
  }
  const keys = Object.keys(place);
  const key = keys.length > 0 && dice.chance(0.5) ? dice.of(keys) : dice.of(FIELDS);
  Object.defineProperty(place, key, { value: structuredClone(dice.of(VALUES)), enumerable: true, configurable: true, writable: true });
}
