import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from './test-api.suite.js';
import type { TestApi } from './test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

describe('the API', () => {
  it('smoke', async () => {
    const created = await test.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' }, data: { k: 'v' } });
    console.log(JSON.stringify(created.body), created.headers);
    console.log(JSON.stringify((await test.call('GET', '/api/v1/namespaces/default/configmaps/a')).body));
    console.log(JSON.stringify((await test.call('GET', '/api/v1/namespaces')).body).slice(0, 600));
    console.log(JSON.stringify((await test.call('GET', '/version')).body));
    console.log(JSON.stringify((await test.call('DELETE', '/api/v1/namespaces/default/configmaps/a')).body));
    expect(created.status).toBe(201);
  });
});
