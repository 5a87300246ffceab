import { describe, expect, it } from 'vitest';
import { OpenApiDocuments } from './documents.js';
import type { ServedResource } from './served.js';
import type { OpenApiV2Document } from './v2.js';
import type { OpenApiV3Document } from './v3.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const status = { name: 'status', verbs: ['get', 'patch', 'update'] };
const served: ServedResource[] = [
  { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, verbs, returnsDeleted: true, subresources: [
    status,
    { name: 'log', verbs: ['get'], text: true, options: { group: '', version: 'v1', kind: 'PodLogOptions' } },
    { name: 'exec', verbs: ['create', 'get'], connect: true, options: { group: '', version: 'v1', kind: 'PodExecOptions' } },
    { name: 'proxy', verbs: ['get', 'create'], connect: true, withPaths: true, options: { group: '', version: 'v1', kind: 'PodProxyOptions' } },
  ] },
  { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false, verbs, subresources: [status] },
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true, verbs, subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], bodyKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
  ] },
];
const documents = new OpenApiDocuments(served, 'v1.36.0');
const parsed = <T>(bytes: Uint8Array | undefined): T => JSON.parse(Buffer.from(bytes ?? []).toString()) as T;
const v2 = parsed<OpenApiV2Document>(documents.v2Json().bytes);
const apps = parsed<OpenApiV3Document>(documents.v3('apis/apps/v1')?.bytes);
const core = parsed<OpenApiV3Document>(documents.v3('api/v1')?.bytes);

/** Every `$ref` of a document must name something in it. */
function danglingReferences(document: object): string[] {
  const texts = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
  const at = (path: string): unknown => {
    const [head, ...rest] = path.split('/');
    const inner = head === 'components' ? ['components', rest[0] as string, rest.slice(1).join('/')] : [head as string, rest.join('/')];
    return inner.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
  };
  return texts.filter((path) => at(path) === undefined);
}

describe('the v2 document', () => {
  it('has a path for each way to reach a resource', () => {
    expect(Object.keys(v2.paths)).toEqual([
      '/api/v1/', '/api/v1/namespaces/{namespace}/pods', '/api/v1/namespaces/{namespace}/pods/{name}', '/api/v1/pods',
      '/api/v1/namespaces/{namespace}/pods/{name}/status', '/api/v1/namespaces/{namespace}/pods/{name}/log', '/api/v1/namespaces/{namespace}/pods/{name}/exec',
      '/api/v1/namespaces/{namespace}/pods/{name}/proxy', '/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}', '/api/v1/nodes', '/api/v1/nodes/{name}', '/api/v1/nodes/{name}/status',
      '/apis/apps/v1/', '/apis/apps/v1/namespaces/{namespace}/deployments', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}',
      '/apis/apps/v1/deployments', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale',
    ]);
  });

  it('names operations as upstream does', () => {
    const pod = v2.paths['/api/v1/namespaces/{namespace}/pods/{name}'];
    expect([pod?.get, pod?.put, pod?.patch, pod?.delete].map((operation) => operation?.operationId)).toEqual([
      'readCoreV1NamespacedPod', 'replaceCoreV1NamespacedPod', 'patchCoreV1NamespacedPod', 'deleteCoreV1NamespacedPod',
    ]);
    expect(v2.paths['/api/v1/pods']?.get?.operationId).toBe('listCoreV1PodForAllNamespaces');
    expect(v2.paths['/api/v1/nodes']?.delete?.operationId).toBe('deleteCoreV1CollectionNode');
    expect(v2.paths['/api/v1/namespaces/{namespace}/pods/{name}/exec']?.post).toMatchObject({
      operationId: 'connectCoreV1PostNamespacedPodExec', 'x-kubernetes-action': 'connect', 'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'PodExecOptions' },
    });
  });

  it('have every method of a proxy, with any path', () => {
    const { parameters, ...methods } = v2.paths['/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}'] ?? {};
    expect(Object.keys(methods)).toEqual(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
    expect(methods.options).toMatchObject({ operationId: 'connectCoreV1OptionsNamespacedPodProxyWithPath', parameters: [{ name: 'path', in: 'query' }], responses: { 200: { schema: { type: 'string' } } } });
    expect(parameters).toContainEqual({ name: 'path', in: 'path', required: true, type: 'string', uniqueItems: true });
  });

  it('tells of a delete what is answered', () => {
    const deletes = ['/api/v1/namespaces/{namespace}/pods/{name}', '/api/v1/nodes/{name}'].map((path) => v2.paths[path]?.delete?.responses['200']?.schema);
    expect(deletes).toEqual([{ $ref: '#/definitions/io.k8s.api.core.v1.Pod' }, { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Status' }]);
  });

  it('offers dryRun and fieldValidation where kubectl looks for them', () => {
    const patch = v2.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch;
    expect(patch?.['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(patch?.parameters?.map(({ name }) => name)).toEqual(expect.arrayContaining(['dryRun', 'fieldValidation']));
  });

  it('has the definitions that are reached, with their merge keys, and no other', () => {
    expect(danglingReferences(v2)).toEqual([]);
    const { properties } = v2.definitions['io.k8s.api.core.v1.PodSpec'] as { properties: Record<string, object> };
    expect(properties['containers']).toMatchObject({ 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-list-map-keys': ['name'] });
    expect(v2.definitions['io.k8s.api.core.v1.Service']).toBeUndefined();
    expect(JSON.stringify(v2.definitions)).not.toMatch(/"(default|enum)":\{?\[?"/);
  });

  it('is smaller as protobuf, and starts with the version', () => {
    const { bytes } = documents.v2Protobuf();
    expect(Buffer.from(bytes.subarray(0, 5))).toEqual(Buffer.from([0x0a, 3, ...Buffer.from('2.0')]));
    expect(bytes.length).toBeLessThan(documents.v2Json().bytes.length);
  });
});

describe('the v3 documents', () => {
  it('are indexed with a hash that changes with their content', () => {
    const index = parsed<{ paths: Record<string, { serverRelativeURL: string }> }>(documents.v3Index().bytes);
    expect(Object.keys(index.paths)).toEqual(['api/v1', 'apis/apps/v1']);
    expect(index.paths['api/v1']?.serverRelativeURL).toBe(`/openapi/v3/api/v1?hash=${documents.v3('api/v1')?.hash}`);
    expect(new OpenApiDocuments(served.slice(1), 'v1.36.0').v3('api/v1')?.hash).not.toBe(documents.v3('api/v1')?.hash);
  });

  it('are built once', () => {
    expect(documents.v3('api/v1')).toBe(documents.v3('api/v1'));
    expect(documents.v3('apis/batch/v1')).toBeUndefined();
  });

  it('are smaller as protobuf, and under the same hash', () => {
    const { bytes, hash } = documents.v3Protobuf('api/v1')!;
    expect(Buffer.from(bytes.subarray(0, 7))).toEqual(Buffer.from([0x0a, 5, ...Buffer.from('3.0.0')]));
    expect(bytes.length).toBeLessThan(documents.v3('api/v1')!.bytes.length);
    expect([hash, documents.v3Protobuf('apis/batch/v1')]).toEqual([documents.v3('api/v1')!.hash, undefined]);
  });

  it('reach only their own definitions', () => {
    expect([danglingReferences(core), danglingReferences(apps)]).toEqual([[], []]);
    expect(Object.keys(core.components.schemas)).not.toContain('io.k8s.api.apps.v1.Deployment');
  });

  it('say defaults and enumerations', () => {
    const schemas = core.components.schemas as Record<string, { properties: Record<string, object> }>;
    expect(schemas['io.k8s.api.core.v1.Pod']?.properties['spec']).toMatchObject({ allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }], default: {} });
    expect(schemas['io.k8s.api.core.v1.ContainerPort']?.properties['protocol']).toMatchObject({ type: 'string', enum: ['SCTP', 'TCP', 'UDP'], default: 'TCP' });
    expect(schemas['io.k8s.api.core.v1.PodSpec']?.properties['containers']).toMatchObject({ items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }], default: {} } });
    expect(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] });
  });

  it('have the query parameters that kubectl looks for in v3', () => {
    const patch = apps.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'] as { parameters: { name: string; in: string }[] };
    expect(patch.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)).toEqual(expect.arrayContaining(['dryRun', 'fieldValidation']));
  });
});
