import type { coreV1, metaV1 } from '@gantry/api-types';
import { path } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import { podSpecWarnings, podTemplateWarnings } from './pod-warnings.js';

/** The expected texts are what a kube-apiserver of 1.36 answered to the same pods. */
const container = (more: Partial<coreV1.Container> = {}, name = 'c'): coreV1.Container => ({ name, image: 'i', ...more });
const podWarnings = (spec: Partial<coreV1.PodSpec>, metadata: metaV1.ObjectMeta = {}): string[] => podSpecWarnings({ metadata, spec: { containers: [container()], ...spec } });
const noLabels = 'a null labelSelector results in matching no pod';
const affinity = 'spec.affinity.nodeAffinity';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const whole = (quantity: string): string => `fractional byte value "${quantity}" is invalid, must be an integer`;

const specs: readonly (readonly [string, Partial<coreV1.PodSpec>, readonly string[]])[] = [
  ['nothing of a plain pod', { terminationGracePeriodSeconds: 30, dnsConfig: { nameservers: ['10.0.0.1', 'fe80::1'] }, nodeSelector: { 'kubernetes.io/os': 'linux' } }, []],
  ['labels of nodes that are no more', { nodeSelector: { 'beta.kubernetes.io/os': 'linux', 'node-role.kubernetes.io/master': '' } }, [
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.nodeSelector[node-role.kubernetes.io/master]: use "node-role.kubernetes.io/control-plane" instead',
  ]],
  ['such labels in affinities', { affinity: { nodeAffinity: {
    [required]: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'In', values: ['a b'] }] }] },
    [preferred]: [{ weight: 1, preference: { matchExpressions: [{ key: 'app.kubernetes.io/created-by', operator: 'In', values: ['c'.repeat(64)] }] } }],
  } } }, [
    `${affinity}.${required}.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead`,
    `${affinity}.${preferred}[0].preference.matchExpressions[0].key: app.kubernetes.io/created-by is deprecated since v1.9`,
    `${affinity}.${preferred}[0].preference.matchExpressions[0].values[0]: ${'c'.repeat(64)} is invalid, must be no more than 63 bytes`,
  ]],
  ['selectors that select nothing', { affinity: { podAffinity: { [required]: [{ topologyKey: 'k' }] }, podAntiAffinity: { [preferred]: [{ weight: 1, podAffinityTerm: { topologyKey: 'k' } }] } } }, [
    `spec.affinity.podAffinity.${required}[0].labelSelector: ${noLabels}`,
    `spec.affinity.podAntiAffinity.${preferred}[0].podAffinityTerm.labelSelector: ${noLabels}`,
  ]],
  ['topologies that are no more', { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }] }, [
    'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    `spec.topologySpreadConstraints[0].labelSelector: ${noLabels}`,
  ]],
  ['volumes that nobody mounts', { volumes: [{ name: 'a', gitRepo: { repository: 'x' } }, { name: 'b', storageos: { volumeName: 'x' } }, { name: 'c', rbd: { image: 'x', monitors: ['a'] } }] }, [
    'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
    'spec.volumes[1].storageOS: deprecated in v1.22, non-functional in v1.25+',
    'spec.volumes[2].rbd: deprecated in v1.28, non-functional in v1.31+',
  ]],
  ['half bytes', {
    overhead: { memory: '0.5' },
    containers: [container({ resources: { limits: { memory: '1.5', cpu: '0.5' }, requests: { 'ephemeral-storage': '100m', memory: '1.5Gi' } } })],
    volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '10m' } } } } } }],
  }, [
    `spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: ${whole('10m')}`,
    `spec.overhead[memory]: ${whole('500m')}`,
    `spec.containers[0].resources.limits[memory]: ${whole('1500m')}`,
    `spec.containers[0].resources.requests[ephemeral-storage]: ${whole('100m')}`,
  ]],
  ['what is named twice', { hostAliases: [{ ip: '1.2.3.4' }, { ip: '1.2.3.4' }], imagePullSecrets: [{ name: 'a' }, { name: 'a' }, { name: '' }] }, [
    'spec.hostAliases[1].ip: duplicate ip "1.2.3.4"',
    'spec.imagePullSecrets[1].name: duplicate name "a"',
    'spec.imagePullSecrets[2].name: invalid empty name ""',
  ]],
  ['variables that hide others', { containers: [container({ env: [{ name: 'A', value: 'x' }, { name: 'A', value: 'y' }, { name: 'A', value: '$(A)' }, { name: 'A', value: '$(A)z' }, { name: 'A', valueFrom: {} }] })] }, [1, 2, 4].map((index) => `spec.containers[0].env[${String(index)}]: hides previous definition of "A", which may be dropped when using apply`)],
  ['ports that containers share', {
    initContainers: [container({ ports: [{ containerPort: 80, protocol: 'TCP' }] }, 'init')],
    containers: [
      container({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'web' }, { containerPort: 81, protocol: 'TCP', hostIP: '1.2.3.4' }, { containerPort: 90, protocol: 'TCP', hostPort: 90 }] }),
      container({ ports: [{ containerPort: 80, protocol: 'TCP', hostPort: 8080, name: 'web' }, { containerPort: 90, protocol: 'TCP', hostPort: 90, hostIP: '1.1.1.1' }, { containerPort: 90, protocol: 'UDP', hostPort: 90 }] }, 'd'),
    ],
  }, [
    'spec.containers[0].ports[0]: duplicate port definition with spec.initContainers[0].ports[0]',
    'spec.containers[0].ports[1]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:1.2.3.4}',
    'spec.containers[1].ports[0]: overlapping port definition with spec.initContainers[0].ports[0]',
    'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]',
    'spec.containers[1].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[2]',
    'spec.containers[1].ports[0]: duplicate port name "web" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
  ]],
  ['grace below nothing, and addresses that are written oddly', { terminationGracePeriodSeconds: -5, dnsConfig: { nameservers: ['1:0:0::1'] }, hostAliases: [{ ip: 'FE80::1' }] }, [
    'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    'spec.dnsConfig.nameservers[0]: IPv6 address "1:0:0::1" should be in RFC 5952 canonical format ("1::1")',
    'spec.hostAliases[0].ip: IPv6 address "FE80::1" should be in RFC 5952 canonical format ("fe80::1")',
  ]],
  ['files at one path', { volumes: [
    { name: 'a', configMap: { name: 'm', items: [{ key: 'a', path: 'x' }, { key: 'b', path: 'x/y' }, { key: 'c', path: 'x/' }, { key: 'd', path: 'xy' }] } },
    { name: 'b', secret: { secretName: 's', items: [{ key: 'a', path: 'q' }, { key: 'b', path: 'q' }] } },
    { name: 'c', downwardAPI: { items: [{ path: 'z' }, { path: 'z/a' }] } },
    { name: 'p', projected: { sources: [{ configMap: { name: 'm', items: [{ key: 'a', path: 'x' }] } }, {}, { serviceAccountToken: { path: 'x' } }, { clusterTrustBundle: { path: 'x/y', signerName: 's/n' } }] } },
  ] }, [
    'volume "a" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
    'volume "a" (ConfigMap "m"): overlapping paths: "x" with "x"',
    'volume "a" (ConfigMap "m"): overlapping paths: "x" with "x/y"',
    'volume "b" (Secret "s"): overlapping paths: "q" with "q"',
    'volume "c" (DownwardAPI): overlapping paths: "z/a" with "z"',
    'volume "p" (Projected) has no sources provided',
    'volume "p" (Projected): overlapping paths: "x" (ServiceAccountToken) with "x" (ConfigMap "m")',
    'volume "p" (Projected): overlapping paths: "x/y" (ClusterTrustBundle "s/n") with "x" (ConfigMap "m")',
    'volume "p" (Projected): overlapping paths: "x/y" (ClusterTrustBundle "s/n") with "x" (ServiceAccountToken)',
  ]],
];

describe('warnings of a pod', () => {
  it.each(specs)('say %s', (_what, spec, expected) => {
    expect(podWarnings(spec)).toEqual(expected);
  });

  it('are no more than can be told, however many there were', () => {
    const ports = Array.from({ length: 10_000 }, () => ({ containerPort: 80, protocol: 'TCP' }));
    const items = Array.from({ length: 20_000 }, (_, index) => ({ key: 'a', path: `${'d/'.repeat(200)}${String(index % 10)}` }));
    const env = Array.from({ length: 10_000 }, () => ({ name: 'A', value: '1' }));
    for (const spec of [{ containers: [container({ ports })] }, { containers: [container({ env })] }, { volumes: [{ name: 'v', secret: { items } }] }]) {
      expect(podWarnings(spec).length).toBeGreaterThanOrEqual(1000);
      expect(podWarnings(spec).length).toBeLessThan(25_000);
    }
  });

  it('name annotations that fields have taken the place of', () => {
    const annotations = { 'scheduler.alpha.kubernetes.io/critical-pod': '', 'seccomp.security.alpha.kubernetes.io/pod': 'x', 'container.seccomp.security.alpha.kubernetes.io/c': 'x', 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' };
    const expected = [
      'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
      'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ];
    expect(podWarnings({}, { annotations })).toEqual(expected);
    expect(podTemplateWarnings({ metadata: { annotations }, spec: { containers: [container()] } }, path('spec').child('template'))).toEqual(expected.map((text) => `spec.template.${text}`));
    const sameProfile = { containers: [container()], securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } };
    expect(podTemplateWarnings({ metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' } }, spec: sameProfile }, path('template'))).toEqual([]);
  });
});
