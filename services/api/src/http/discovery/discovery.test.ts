import { decodeProtobuf } from '@gantry/apimachinery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../test-api.suite.js';
import type { TestApi } from '../../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const aggregated = (version: string): Record<string, string> => ({ accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json` });

describe('discovery', () => {
  it('names versions, groups and resources the old way', async () => {
    expect((await test.call('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await test.call('GET', '/apis')).body.groups.map((group: { name: string }) => group.name)).toEqual(['apps', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io', 'flowcontrol.apiserver.k8s.io', 'networking.k8s.io', 'rbac.authorization.k8s.io', 'scheduling.k8s.io', 'storagemigration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io']);
    expect((await test.call('GET', '/apis/apps')).body).toMatchObject({ kind: 'APIGroup', preferredVersion: { groupVersion: 'apps/v1', version: 'v1' } });
    const { body } = await test.call('GET', '/apis/apps/v1');
    const entry = (name: string): unknown => body.resources.find((resource: { name: string }) => resource.name === name);
    expect(body.groupVersion).toBe('apps/v1');
    expect(entry('deployments')).toEqual({ name: 'deployments', singularName: 'deployment', namespaced: true, kind: 'Deployment', verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'], shortNames: ['deploy'], categories: ['all'] });
    expect(entry('deployments/scale')).toEqual({ name: 'deployments/scale', singularName: '', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] });
    expect(entry('deployments/status')).toMatchObject({ kind: 'Deployment', verbs: ['get', 'patch', 'update'] });
  });

  it.each(['v2', 'v2beta1'])('is one answer in %s, under an ETag', async (version) => {
    const { headers, body } = await test.call('GET', '/apis', undefined, aggregated(version));
    expect(headers['content-type']).toBe(`application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
    expect([body.kind, body.apiVersion]).toEqual(['APIGroupDiscoveryList', `apidiscovery.k8s.io/${version}`]);
    const apps = body.items.find((item: { metadata: { name: string } }) => item.metadata.name === 'apps');
    expect(apps.versions[0].resources.find(({ resource }: { resource: string }) => resource === 'deployments')).toMatchObject({ resource: 'deployments', responseKind: { group: '', version: '', kind: 'Deployment' }, scope: 'Namespaced', singularResource: 'deployment', subresources: [
      { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }, { subresource: 'status', responseKind: { group: '', version: '', kind: 'Deployment' } },
    ] });
    expect((await test.call('GET', '/apis', undefined, { ...aggregated(version), 'if-none-match': headers['etag']! })).status).toBe(304);
    expect((await test.call('GET', '/api', undefined, aggregated(version))).body.items[0].versions[0].resources.map((one: { resource: string }) => one.resource)).toContain('pods');
  });

  it('is protobuf for who asks', async () => {
    const { body } = await test.call('GET', '/apis/apps/v1', undefined, { accept: 'application/vnd.kubernetes.protobuf' });
    expect(decodeProtobuf(body)).toMatchObject({ kind: 'APIResourceList', groupVersion: 'apps/v1' });
  });

  it('says 404 for a group or version that is not served', async () => {
    for (const path of ['/apis/batch', '/apis/apps/v2', '/api/v2']) expect([path, (await test.call('GET', path)).status]).toEqual([path, 404]);
  });
});

it('the version says what it emulates, and what still understands it', async () => {
  const { minor, ...body } = (await test.call('GET', '/version')).body as Record<string, string>;
  expect(body).toMatchObject({ major: '1', emulationMajor: '1', emulationMinor: minor, minCompatibilityMajor: '1', minCompatibilityMinor: String(Number(minor) - 1) });
});

describe('the OpenAPI documents', () => {
  it('describe what is served, v2 and v3', async () => {
    const v2 = await test.call('GET', '/openapi/v2');
    expect([v2.body.swagger, Object.keys(v2.body.paths).includes('/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale')]).toEqual(['2.0', true]);
    expect((await test.call('GET', '/openapi/v2', undefined, { 'if-none-match': v2.headers['etag']! })).status).toBe(304);
    const index = await test.call('GET', '/openapi/v3');
    const { serverRelativeURL } = index.body.paths['apis/apps/v1'];
    const document = await test.call('GET', serverRelativeURL);
    expect(document.body.components.schemas['io.k8s.api.apps.v1.Deployment']).toBeDefined();
    expect(document.headers['cache-control']).toBe('public, immutable');
    expect((await test.call('GET', '/openapi/v3/apis/batch/v1')).status).toBe(404);
    const protobuf = await test.call('GET', serverRelativeURL, undefined, { accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf' });
    expect([protobuf.headers['content-type'], protobuf.headers['etag']]).toEqual(['application/com.github.proto-openapi.spec.v3.v1.0+protobuf', document.headers['etag']]);
    expect((await test.call('GET', serverRelativeURL, undefined, { accept: 'text/plain' })).status).toBe(406);
  });
});
