import { expect, it, test } from 'vitest';
import { pod, podOf } from '../../fixtures.suite.js';
import { isLatest } from '../pod-spec/image-tag.js';
import { admitPod } from './admission.js';

test('a pod of one container gets what the documentation promises', () => {
  expect(pod().spec).toEqual({
    containers: [
      {
        name: 'c',
        image: 'busybox:1',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
  });
});

test.each([
  ['nginx', true],
  ['nginx:latest', true],
  ['nginx:1', false],
  ['registry:5000/nginx', true],
  ['registry:5000/nginx:1', false],
  ['nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000', false],
  ['nginx:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000', true],
])('%s is the latest: %s', (image, latest) => {
  expect(isLatest(image)).toBe(latest);
  expect(podOf({ image }).spec.containers[0]?.imagePullPolicy).toBe(latest ? 'Always' : 'IfNotPresent');
});

it.each([
  [{ podIP: '10.0.0.1' }, '10.0.0.1 10.0.0.1'],
  [{ podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }, '10.0.0.1 10.0.0.1,fd00::1'],
  [{ podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.1' }] }, '10.0.0.2 10.0.0.2'],
  [{}, ' '],
])('a pod with the status %j has one first address', (status, addresses) => {
  const { podIP = '', podIPs = [] } = pod({}, { status }).status;
  expect(`${podIP} ${podIPs.map(({ ip }) => ip).join(',')}`).toBe(addresses);
});

it('requests what is limited and not requested, in canonical form', () => {
  const { resources } = podOf({ resources: { limits: { cpu: '0.5', memory: '1024Mi' }, requests: { cpu: '100m' } } }).spec.containers[0] ?? {};
  expect(resources).toEqual({ limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '100m', memory: '1Gi' } });
});

it('leaves a grace of zero seconds', () => {
  expect(pod({ terminationGracePeriodSeconds: 0 }).spec.terminationGracePeriodSeconds).toBe(0);
});

it('fills probes, ports and the fields that variables show', () => {
  const { livenessProbe, ports, env } = podOf({
    ports: [{ containerPort: 80 }],
    livenessProbe: { httpGet: { port: 80 } },
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  }).spec.containers[0] ?? {};
  expect(livenessProbe).toEqual({ httpGet: { port: 80, path: '/', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  expect(ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
  expect(env?.[0]?.valueFrom?.fieldRef?.apiVersion).toBe('v1');
});

it('makes a volume without a source an empty directory', () => {
  expect(pod({ volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }] }).spec.volumes).toEqual([
    { name: 'v', emptyDir: {} },
    { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
  ]);
});

it('opens the ports of a pod in the network of its node', () => {
  expect(podOf({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }).spec.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
});

it('keeps the deprecated name of the service account equal to the new one', () => {
  expect(pod({ serviceAccountName: 'a' }).spec.serviceAccount).toBe('a');
  expect(pod({ serviceAccount: 'b' }).spec.serviceAccountName).toBe('b');
});

test('admission adds a priority and patience with nodes that are gone', () => {
  const admitted = pod({ tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }] });
  admitPod(admitted);
  expect(admitted.spec.priority).toBe(0);
  expect(admitted.spec.preemptionPolicy).toBe('PreemptLowerPriority');
  expect(admitted.spec.tolerations).toEqual([
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ]);
});
