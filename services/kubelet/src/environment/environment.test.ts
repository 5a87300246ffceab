import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import type { Container, Pod } from '../pods/pod.js';
import { ConfigError, expandAll, resolveEnvironment } from './environment.js';
import { expand } from './expansion.js';

const values: Record<string, string> = { A: 'a', B: 'b' };

test.each([
  ['$(A)-$(B)', 'a-b'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$a'],
  ['$A ${A} $', '$A ${A} $'],
  ['$(A', '$(A'],
  ['$()', '$()'],
])('%s becomes %s', (text, expanded) => {
  expect(expand(text, (name) => values[name])).toBe(expanded);
});

const pod: Pod = {
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'x', 'example.com/y': 'z' }, annotations: { note: 'hi' } },
  spec: { serviceAccountName: 'robot', containers: [] },
};

const objects = {
  configMaps: { settings: { color: 'blue', size: '1' } } as Record<string, Record<string, string>>,
  secrets: { keys: { token: Buffer.from('s3cret').toString('base64') } } as Record<string, Record<string, string>>,
};

const context = {
  nodeName: 'n1', hostIps: ['192.0.2.1'], podIp: '10.244.0.9', allocatable: { cpu: '4', memory: '8Gi' },
  sources: {
    configMap: async (namespace: string, name: string) => (namespace === 'shop' && objects.configMaps[name] !== undefined ? { data: objects.configMaps[name] } : undefined),
    secret: async (namespace: string, name: string) => (namespace === 'shop' && objects.secrets[name] !== undefined ? { data: objects.secrets[name] } : undefined),
  },
};

async function resolve(container: Partial<Container>): Promise<Record<string, string>> {
  const resolved = await resolveEnvironment(pod, { name: 'main', ...container }, context);
  return Object.fromEntries(resolved.map(({ name, value }) => [name, value]));
}

const from = (valueFrom: coreV1.EnvVarSource): Partial<Container> => ({ env: [{ name: 'V', valueFrom }] });

describe('a container environment', () => {
  test('later variables see earlier ones, in values and in commands', async () => {
    const env = [{ name: 'ONE', value: '1' }, { name: 'TWO', value: '$(ONE)2' }, { name: 'EARLY', value: '$(LATE)' }, { name: 'LATE', value: 'x' }];
    expect(await resolve({ env })).toEqual({ ONE: '1', TWO: '12', EARLY: '$(LATE)', LATE: 'x' });
    expect(expandAll(['echo', '$(TWO)'], [{ name: 'TWO', value: '12' }])).toEqual(['echo', '12']);
  });

  test.each([
    ['metadata.name', 'web'], ['metadata.namespace', 'shop'], ['metadata.uid', 'u1'], ["metadata.labels['example.com/y']", 'z'], ["metadata.annotations['note']", 'hi'],
    ['spec.nodeName', 'n1'], ['spec.serviceAccountName', 'robot'], ['status.hostIP', '192.0.2.1'], ['status.podIP', '10.244.0.9'], ['status.podIPs', '10.244.0.9'],
  ])('has the field %s', async (fieldPath, value) => {
    expect(await resolve(from({ fieldRef: { fieldPath } }))).toEqual({ V: value });
  });

  test.each([
    ['limits.cpu', undefined, '2'], ['limits.cpu', '1m', '1500'], ['requests.memory', '1Mi', '64'], ['limits.memory', '1Gi', '8'], ['requests.cpu', undefined, '0'],
  ])('has the resource %s in units of %s', async (resource, divisor, value) => {
    const resources = { limits: { cpu: '1500m' }, requests: { memory: '64Mi' } };
    const selector = { resource, ...(divisor === undefined ? {} : { divisor }) };
    expect(await resolve({ resources, ...from({ resourceFieldRef: selector }) })).toEqual({ V: value });
  });

  test('has whole objects under a prefix, and its own variables over them', async () => {
    const envFrom = [{ prefix: 'P_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }, { configMapRef: { name: 'none', optional: true } }];
    expect(await resolve({ envFrom, env: [{ name: 'P_color', value: 'red' }] })).toEqual({ P_color: 'red', P_size: '1', token: 's3cret' });
  });

  test.each<[string, Partial<Container>, string]>([
    ['a missing config map', from({ configMapKeyRef: { name: 'none', key: 'a' } }), 'configmap "none" not found'],
    ['a missing secret', { envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
    ['a missing key', from({ configMapKeyRef: { name: 'settings', key: 'shape' } }), "couldn't find key shape in ConfigMap shop/settings"],
    ['a missing key of a secret', from({ secretKeyRef: { name: 'keys', key: 'shape' } }), "couldn't find key shape in Secret shop/keys"],
    ['a field that there is not', from({ fieldRef: { fieldPath: 'spec.nothing' } }), 'unsupported fieldPath: spec.nothing'],
  ])('refuses %s', async (_, container, message) => {
    await expect(resolve(container)).rejects.toThrow(new ConfigError(message));
  });

  test('leaves out what is optional and missing', async () => {
    expect(await resolve(from({ configMapKeyRef: { name: 'none', key: 'a', optional: true } }))).toEqual({});
    expect(await resolve(from({ secretKeyRef: { name: 'keys', key: 'none', optional: true } }))).toEqual({});
  });
});
