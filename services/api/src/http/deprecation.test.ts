import { createMetrics } from '@gantry/platform/metrics';
import { afterEach, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
afterEach(() => test.stop());

it('says of a deprecated kind what to use instead, and counts that it was asked for', async () => {
  const metrics = createMetrics();
  test = await startTestApi({ metrics });
  expect((await test.call('GET', '/api/v1/pods')).headers['warning']).toBeUndefined();
  expect(await metrics.text()).not.toContain('apiserver_requested_deprecated_apis{');
  for (const path of ['/api/v1/endpoints', '/api/v1/namespaces/default/endpoints/kubernetes']) expect((await test.call('GET', path)).headers['warning']).toBe('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"');
  expect(await metrics.text()).toContain('apiserver_requested_deprecated_apis{group="",version="v1",resource="endpoints",subresource="",removed_release=""} 1\n');
});
