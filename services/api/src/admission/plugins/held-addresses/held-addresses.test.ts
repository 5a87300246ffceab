import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
const SERVICES = '/api/v1/namespaces/default/services';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const service = (name: string, clusterIP?: string): Promise<TestAnswer> => test.call('POST', SERVICES, { metadata: { name }, spec: { ports: [{ port: 80 }], ...(clusterIP !== undefined && { clusterIP }) } });
const of = (name: string, address: string): Promise<TestAnswer> => test.call('POST', ADDRESSES, { metadata: { name: address }, spec: { parentRef: { resource: 'services', namespace: 'default', name } } });

describe('the address of a Service', () => {
  it('cannot be taken from it and be given to another', async () => {
    const address = (await service('one')).body.spec.clusterIP as string;
    const refused = await test.call('DELETE', `${ADDRESSES}/${address}`);
    expect([refused.status, refused.body.message]).toEqual([403, `ipaddresses.networking.k8s.io "${address}" is forbidden: it is the cluster IP of the Service default/one`]);
    expect((await test.call('DELETE', ADDRESSES)).status).toBe(403);
    expect((await service('two', address)).status).toBe(422);
    expect((await test.call('DELETE', `${SERVICES}/one`)).status).toBe(200);
    expect((await test.call('GET', `${ADDRESSES}/${address}`)).status).toBe(404);
  });

  it('may go where no Service has it: what somebody made by hand', async () => {
    await of('none', '10.96.200.1');
    expect((await test.call('DELETE', `${ADDRESSES}/10.96.200.1`)).status).toBe(200);
    await service('three');
    await of('three', '10.96.200.2');
    expect((await test.call('DELETE', `${ADDRESSES}/10.96.200.2`)).status).toBe(200);
  });
});
