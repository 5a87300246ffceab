import { apiVersionOf } from '@gantry/apimachinery';
import { kinds } from '@gantry/resources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../test-api.suite.js';
import type { TestApi } from '../../test-api.suite.js';

/** What clients learn of every kind, as files: a change shows in review. `vitest run -u` writes them anew. */
let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** One line a resource: everything but what is told of it by its place. */
function resourceLine({ name, kind, ...rest }: Resource): string {
  return `${name} ${kind} ${JSON.stringify(rest)}`;
}

async function groupVersions(): Promise<string[]> {
  const { body } = await test.call('GET', '/apis');
  return ['api/v1', ...body.groups.flatMap((group: { versions: { groupVersion: string }[] }) => group.versions.map(({ groupVersion }) => `apis/${groupVersion}`))].sort();
}

describe('discovery', () => {
  it('tells of every resource and subresource', async () => {
    const lines: string[] = [];
    for (const path of await groupVersions()) {
      const { body } = await test.call('GET', `/${path}`);
      lines.push(`# ${path}`, ...body.resources.map(resourceLine).sort(), '');
    }
    await expect(`${lines.join('\n')}`).toMatchFileSnapshot('./resources.golden.txt');
  });

  it('tells the same in one answer', async () => {
    const aggregated = new Map<string, string[]>();
    for (const path of ['/api', '/apis']) {
      const { body } = await test.call('GET', path, undefined, { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' });
      for (const { metadata, versions } of body.items) {
        for (const { version, resources } of versions) aggregated.set(metadata.name === undefined ? `api/${version}` : `apis/${metadata.name}/${version}`, resources.flatMap((one: { resource: string; subresources?: { subresource: string }[] }) => [one.resource, ...(one.subresources ?? []).map(({ subresource }) => `${one.resource}/${subresource}`)]).sort());
      }
    }
    for (const path of await groupVersions()) {
      const { body } = await test.call('GET', `/${path}`);
      expect([path, aggregated.get(path)]).toEqual([path, body.resources.map(({ name }: Resource) => name).sort()]);
    }
  });

  it('names the paths that are served', async () => {
    const { body } = await test.call('GET', '/');
    await expect(`${body.paths.join('\n')}\n`).toMatchFileSnapshot('./paths.golden.txt');
    for (const path of ['/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz', '/healthz/ping', '/livez', '/livez/ping', '/openapi/v2', '/openapi/v3', '/readyz', '/readyz/etcd', '/readyz/shutdown', '/version']) expect(body.paths).toContain(path);
  });
});

describe('Tables', () => {
  it('have these columns, of every kind', async () => {
    const lines: string[] = [];
    for (const { group, version, resource, kind } of kinds) {
      const { status, body } = await test.call('GET', `${group === '' ? '/api' : `/apis/${group}`}/${version}/${resource}?limit=1`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
      expect([kind, status, body.kind]).toEqual([kind, 200, 'Table']);
      const columns = body.columnDefinitions.map(({ name, type, format, priority }: Record<string, string | number>) => `${String(name)} ${String(type)}${format === '' ? '' : `/${String(format)}`}${priority === 0 ? '' : ` wide`}`);
      lines.push(`${apiVersionOf({ group, version })} ${kind}: ${columns.join(', ')}`);
    }
    await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot('../../representation/columns.golden.txt');
  });
});
