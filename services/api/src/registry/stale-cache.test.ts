import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

const path = '/api/v1/namespaces/default/configmaps';
const merge = { 'content-type': 'application/merge-patch+json' };
let test: TestApi;
beforeEach(async () => {
  test = await startTestApi();
});
afterEach(() => test.stop());

const patch = (body: object, query = ''): ReturnType<TestApi['call']> => test.call('PATCH', `${path}/a${query}`, body, merge);
const stored = async (): Promise<unknown> => {
  const { value } = await test.storage.get('core/configmaps/default/a');
  return value && (JSON.parse(Buffer.from(value.value).toString()) as { data: unknown }).data;
};

/** From here on the cache of this replica falls behind. */
async function behind(): Promise<void> {
  await test.call('GET', `${path}/a`);
  test.bus.faults.cut();
}

describe('a cache that is behind', () => {
  it('does not make a change of nothing out of a change back', async () => {
    await test.call('POST', path, { metadata: { name: 'a' }, data: { k: '1' } });
    await behind();
    expect((await patch({ data: { k: '2' } })).status).toBe(200);
    const back = await patch({ data: { k: '1' } });
    expect([back.status, back.body.data, await stored()]).toEqual([200, { k: '1' }, { k: '1' }]);
    const none = await patch({ data: { k: '1' } });
    expect(none.body.metadata.resourceVersion).toBe(back.body.metadata.resourceVersion);
    expect((await patch({ data: { k: '2' } }, '?dryRun=All')).body.data).toEqual({ k: '2' });
    expect(await stored()).toEqual({ k: '1' });
  });

  it('does not keep anybody out of a namespace that was made again', async () => {
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    await test.call('DELETE', '/api/v1/namespaces/n');
    await behind();
    await test.call('PUT', '/api/v1/namespaces/n/finalize', { metadata: { name: 'n' }, spec: { finalizers: [] } });
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    expect((await test.call('POST', '/api/v1/namespaces/n/configmaps', { metadata: { name: 'a' } })).status).toBe(201);
  });

  it('does not say of an object that it goes when it is the one before that went', async () => {
    await test.call('POST', path, { metadata: { name: 'a', finalizers: ['x/y'] } });
    await test.call('DELETE', `${path}/a`);
    await behind();
    await patch({ metadata: { finalizers: null } });
    await test.call('POST', path, { metadata: { name: 'a' }, data: { k: 'new' } });
    expect(await stored()).toEqual({ k: 'new' });
    expect((await test.call('DELETE', `${path}/a`)).status).toBe(200);
    expect(await stored()).toBeUndefined();
  });
});
