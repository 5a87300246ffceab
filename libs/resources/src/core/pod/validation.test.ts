import { describe, expect, it, test } from 'vitest';
import { pod, podOf, texts } from '../../fixtures.suite.js';
import type { DefaultedPod } from './types.js';
import { validatePod } from './validation.js';

const cases: [sentence: string, pod: DefaultedPod, errors: string[]][] = [
  ['a plain pod is good', pod(), []],
  ['a pod has a container', pod({ containers: [] }), ['spec.containers: Required value']],
  ['a container has an image', podOf({ image: '' }), ['spec.containers[0].image: Required value']],
  ['a container has a name', podOf({ name: '' }), ['spec.containers[0].name: Required value']],
  [
    'names of containers are different',
    pod({ containers: [{ name: 'c', image: 'x' }, { name: 'c', image: 'x' }] }),
    ['spec.containers[1].name: Duplicate value: "c"'],
  ],
  [
    'init containers have other names than containers',
    pod({ initContainers: [{ name: 'c', image: 'x' }] }),
    ['spec.initContainers[0].name: Duplicate value: "c"'],
  ],
  [
    'init containers have no probes',
    pod({ initContainers: [{ name: 'i', image: 'x', readinessProbe: { tcpSocket: { port: 1 } } }] }),
    ['spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
  ],
  ['sidecars may have probes', pod({ initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always', readinessProbe: { tcpSocket: { port: 1 } } }] }), []],
  ['the restart policy is one of three', pod({ restartPolicy: 'Sometimes' }), ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"']],
  ['a pull policy is one of three', podOf({ imagePullPolicy: 'Maybe' }), ['spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"']],
  ['a port is a port', podOf({ ports: [{ containerPort: 70000 }] }), ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
  ['a port has a number', podOf({ ports: [{ containerPort: 0 }] }), ['spec.containers[0].ports[0].containerPort: Required value']],
  ['a protocol is known', podOf({ ports: [{ containerPort: 1, protocol: 'XYZ' }] }), ['spec.containers[0].ports[0].protocol: Unsupported value: "XYZ": supported values: "SCTP", "TCP", "UDP"']],
  [
    'a port of the node is taken once',
    pod({ containers: ['a', 'b'].map((name) => ({ name, image: 'x', ports: [{ containerPort: 1, hostPort: 80 }] })) }),
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  ['a mount needs its volume', podOf({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }), ['spec.containers[0].volumeMounts[0].name: Not found: "v"']],
  [
    'a path is mounted once',
    podOf({ volumeMounts: [{ name: 'v', mountPath: '/v' }, { name: 'v', mountPath: '/v' }] }, { volumes: [{ name: 'v' }] }),
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
  ],
  [
    'only the privileged show their mounts to the node',
    podOf({ volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }] }, { volumes: [{ name: 'v' }] }),
    ['spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers'],
  ],
  [
    'a path inside a volume stays inside',
    podOf({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: '../x' }] }, { volumes: [{ name: 'v' }] }),
    ['spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain \'..\''],
  ],
  ['a volume has one source', pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }), ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type']],
  ['volumes have different names', pod({ volumes: [{ name: 'v' }, { name: 'v' }] }), ['spec.volumes[1].name: Duplicate value: "v"']],
  ['a secret volume names its secret', pod({ volumes: [{ name: 'v', secret: {} }] }), ['spec.volumes[0].secret.secretName: Required value']],
  ['an environment variable has a name', podOf({ env: [{ name: '' }] }), ['spec.containers[0].env[0].name: Required value']],
  [
    'an environment variable has one source',
    podOf({ env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'a variable cannot show any field',
    podOf({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.hostname' } } }] }),
    ['spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.hostname": error converting fieldPath: field label not supported: spec.hostname'],
  ],
  ['a variable may show one label', podOf({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] }), []],
  [
    'requests stay below limits',
    podOf({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'devices are not promised twice',
    podOf({ resources: { requests: { 'example.com/gpu': '1' } } }),
    ['spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources'],
  ],
  ['resources are not negative', podOf({ resources: { limits: { cpu: '-1' }, requests: { cpu: '-1' } } }), [
    'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ]],
  ['a probe does one thing', podOf({ livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }), ['spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type']],
  ['a probe does something', podOf({ livenessProbe: {} }), ['spec.containers[0].livenessProbe: Required value: must specify a handler type']],
  ['a liveness probe succeeds once', podOf({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }), ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1']],
  [
    'a toleration without a key tolerates everything',
    pod({ tolerations: [{ operator: 'Equal', value: 'x' }] }),
    ['spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"'],
  ],
  ['a gated pod has no node', pod({ nodeName: 'n', schedulingGates: [{ name: 'example.com/g' }] }), ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared']],
  ['ephemeral containers come later', pod({ ephemeralContainers: [{ name: 'e', image: 'x' }] }), ['spec.ephemeralContainers: Forbidden: cannot be set on create']],
  ['a deadline is positive', pod({ activeDeadlineSeconds: 0 }), ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive']],
];

test.each(cases)('%s', (_sentence, object, errors) => {
  expect(texts(validatePod(object))).toEqual(errors);
});

describe('names of pods', () => {
  it('are subdomains', () => {
    const object = pod({}, { metadata: { name: 'My_Pod', namespace: 'ns' } });
    expect(texts(validatePod(object))[0]).toContain('metadata.name: Invalid value: "My_Pod": a lowercase RFC 1123 subdomain must consist of');
  });
});

const terms = (term: object) => ({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } });
const at = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';

test.each<[sentence: string, pod: DefaultedPod, errors: string[]]>([
  ['a required node affinity has a term', pod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } }), [`${at}: Required value: must have at least one node selector term`]],
  ['an operator exists', pod({ affinity: { nodeAffinity: terms({ matchExpressions: [{ key: 'a', operator: 'Is' }] }) } }), [`${at}[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator`]],
  ['greater than needs one value', pod({ affinity: { nodeAffinity: terms({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }) } }), [`${at}[0].matchExpressions[0].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`]],
  [
    'an anti-affinity has a topology',
    pod({ affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, podAffinityTerm: { topologyKey: 'a' } }] } } }),
    ['spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100'],
  ],
  [
    'pods are spread by at least one',
    pod({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }] }),
    ['spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
  ],
  ['without DNS a pod names its servers', pod({ dnsPolicy: 'None' }), ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
  ['a host alias has an address', pod({ hostAliases: [{ ip: 'x', hostnames: ['a'] }] }), ['spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
])('%s', (_sentence, object, errors) => {
  expect(texts(validatePod(object))).toEqual(errors);
});
