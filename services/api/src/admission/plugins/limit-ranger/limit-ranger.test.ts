import type { coreV1 } from '@gantry/api-types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';
import { limitProblems } from './constraints.js';

describe('limitProblems', () => {
  const range = (item: Partial<coreV1.LimitRangeItem>): coreV1.LimitRange => ({ spec: { limits: [{ type: 'Container', ...item }] } });
  const pod = (resources: coreV1.ResourceRequirements, more: Partial<coreV1.PodSpec> = {}): coreV1.PodSpec => ({ containers: [{ name: 'c', image: 'i', resources }], ...more });

  it.each<[string, coreV1.LimitRange, coreV1.PodSpec, string[]]>([
    ['what is within', range({ min: { cpu: '100m' }, max: { cpu: '2' } }), pod({ requests: { cpu: '500m' }, limits: { cpu: '1' } }), []],
    ['no request', range({ min: { cpu: '100m' } }), pod({}), ['minimum cpu usage per Container is 100m.  No request is specified']],
    ['too small a request', range({ min: { cpu: '100m' } }), pod({ requests: { cpu: '50m' } }), ['minimum cpu usage per Container is 100m, but request is 50m']],
    ['too small a limit', range({ min: { cpu: '1' } }), pod({ requests: { cpu: '1' }, limits: { cpu: '500m' } }), ['minimum cpu usage per Container is 1, but limit is 500m']],
    ['no limit', range({ max: { memory: '1Gi' } }), pod({ requests: { memory: '1Mi' } }), ['maximum memory usage per Container is 1Gi.  No limit is specified']],
    ['too large a limit', range({ max: { memory: '1Gi' } }), pod({ limits: { memory: '2Gi' } }), ['maximum memory usage per Container is 1Gi, but limit is 2Gi']],
    ['too large a ratio', range({ maxLimitRequestRatio: { cpu: '2' } }), pod({ requests: { cpu: '100m' }, limits: { cpu: '250m' } }), ['cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000']],
    ['a ratio without a request', range({ maxLimitRequestRatio: { cpu: '2' } }), pod({ limits: { cpu: '1' } }), ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0']],
    ['a pod in all', range({ type: 'Pod', max: { cpu: '1' } }), pod({ limits: { cpu: '600m' } }, { initContainers: [{ name: 'i', resources: { limits: { cpu: '500m' } }, restartPolicy: 'Always' }] }), ['maximum cpu usage per Pod is 1, but limit is 1100m']],
  ])('%s', (_name, limits, spec, problems) => {
    expect(limitProblems(limits, spec)).toEqual(problems);
  });
});

describe('a limit range', () => {
  let test: TestApi;
  beforeAll(async () => {
    test = await startTestApi();
    await test.call('POST', '/api/v1/namespaces/default/limitranges', { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', min: { cpu: '50m' }, max: { cpu: '1' }, default: { memory: '64Mi' }, maxLimitRequestRatio: { cpu: '20' } }] } });
    const known = async (): Promise<boolean> => (await test.call('GET', '/api/v1/namespaces/default/limitranges?resourceVersion=0')).body.items.length === 1;
    while (!(await known()));
  });
  afterAll(() => test.stop());

  const make = (name: string, resources: object): Promise<TestAnswer> => test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', resources }] } });

  it('has defaults of its own', async () => {
    const { body } = await test.call('GET', '/api/v1/namespaces/default/limitranges/l');
    expect(body.spec.limits[0]).toMatchObject({ default: { cpu: '1', memory: '64Mi' }, defaultRequest: { cpu: '1', memory: '64Mi' } });
  });

  it('gives a pod what it does not say, and notes that', async () => {
    const { body } = await make('a', { requests: { cpu: '100m' } });
    expect(body.spec.containers[0].resources).toEqual({ requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi' } });
    expect(body.metadata.annotations['kubernetes.io/limit-ranger']).toBe('LimitRanger plugin set: memory request for container c; cpu, memory limit for container c');
  });

  it('refuses what is beyond it, with all there is to say', async () => {
    const { status, body } = await make('b', { requests: { cpu: '10m' }, limits: { cpu: '2' } });
    expect([status, body.message]).toEqual([403, 'pods "b" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, maximum cpu usage per Container is 1, but limit is 2, cpu max limit to request ratio per Container is 20, but provided ratio is 200.000000]']);
  });
});
