import { describe, expect, it, test } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { context, pod, podOf, texts } from '../../fixtures.suite.js';
import { defaultPod } from './defaults.js';
import type { DefaultedPod } from './types.js';
import { podEphemeralContainersStrategy, podResizeStrategy } from './subresource-strategies.js';

type Change = (pod: DefaultedPod) => void;

/** An update as the chain makes it: defaults, what the endpoint keeps, rules. */
function update(strategy: typeof podResizeStrategy, old: DefaultedPod, change: Change): { pod: DefaultedPod; errors: string[] } {
  const object = structuredClone(old);
  change(object);
  defaultPod(object);
  strategy.prepareForUpdate(object, old, context);
  return { pod: object, errors: texts(strategy.validateUpdate(object, old)) };
}

const debug = (old: DefaultedPod, change: Change) => update(podEphemeralContainersStrategy, old, change);
const resize = (old: DefaultedPod, change: Change) => update(podResizeStrategy, old, change);
const mirror = { metadata: { name: 'p', namespace: 'ns', uid: 'u', resourceVersion: '1', annotations: { 'kubernetes.io/config.mirror': 'x' } } };

describe('/ephemeralcontainers', () => {
  const one: coreV1.EphemeralContainer = { name: 'debugger', image: 'busybox:1', stdin: true, tty: true, targetContainerName: 'c' };
  const debugged = pod({ ephemeralContainers: [one] }, { status: { phase: 'Running' } });

  it('adds a container to a pod that runs, which is a new generation', () => {
    const old = pod({}, { status: { phase: 'Running' } });
    const { pod: updated, errors } = debug(old, ({ spec }) => (spec.ephemeralContainers = [structuredClone(one)]));
    expect(errors).toEqual([]);
    expect(updated.metadata.generation).toBe(2);
    expect(updated.spec.ephemeralContainers?.[0]).toMatchObject({ ...one, imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' });
  });

  it('changes nothing else', () => {
    const { pod: updated, errors } = debug(debugged, (object) => {
      object.spec.hostname = 'h';
      object.spec.containers[0]!.image = 'other:1';
      object.status = { phase: 'Failed' };
      object.metadata.labels = { a: 'b' };
    });
    expect(errors).toEqual([]);
    expect(updated).toEqual(debugged);
  });

  test.each<[string, Partial<coreV1.EphemeralContainer>, string[]]>([
    ['with the name of another container', { name: 'c' }, ['spec.ephemeralContainers[1].name: Duplicate value: "c"']],
    ['with the name of another ephemeral one', one, ['spec.ephemeralContainers[1].name: Duplicate value: "debugger"']],
    ['without a name', { name: '' }, ['spec.ephemeralContainers[1].name: Required value']],
    ['without an image', { image: '' }, ['spec.ephemeralContainers[1].image: Required value']],
    ['with a target that is not there', { targetContainerName: 'x' }, ['spec.ephemeralContainers[1].targetContainerName: Not found: "x"']],
    ['with another ephemeral one as target', { targetContainerName: 'debugger' }, ['spec.ephemeralContainers[1].targetContainerName: Not found: "debugger"']],
    ['with a port', { ports: [{ containerPort: 80 }] }, ['spec.ephemeralContainers[1].ports: Forbidden: cannot be set for an Ephemeral Container']],
    ['with resources', { resources: { requests: { cpu: '1' } } }, ['spec.ephemeralContainers[1].resources: Forbidden: cannot be set for an Ephemeral Container']],
    ['with a hook', { lifecycle: { preStop: { sleep: { seconds: 1 } } } }, ['spec.ephemeralContainers[1].lifecycle: Forbidden: cannot be set for an Ephemeral Container']],
    ['with a probe', { readinessProbe: { exec: { command: ['true'] } } }, ['spec.ephemeralContainers[1].readinessProbe: Forbidden: cannot be set for an Ephemeral Container']],
  ])('refuses one %s', (_sentence, container, expected) => {
    expect(debug(debugged, ({ spec }) => spec.ephemeralContainers!.push({ name: 'second', image: 'busybox:1', ...structuredClone(container) })).errors).toEqual(expected);
  });

  it('refuses a mount of a part of a volume', () => {
    const old = pod({ volumes: [{ name: 'v', emptyDir: {} }] });
    const { errors } = debug(old, ({ spec }) => (spec.ephemeralContainers = [{ name: 'd', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'x' }] }]));
    expect(errors).toEqual(['spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container']);
  });

  it('removes none, and changes none', () => {
    expect(debug(debugged, ({ spec }) => delete spec.ephemeralContainers).errors).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be removed\n',
    ]);
    expect(debug(debugged, ({ spec }) => (spec.ephemeralContainers![0]!.image = 'other:1')).errors).toEqual([
      expect.stringMatching(/^spec\.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be changed\n/),
    ]);
  });

  it('leaves mirror pods alone', () => {
    expect(debug(pod({}, mirror), ({ spec }) => (spec.ephemeralContainers = [one])).errors).toEqual(['[]: Forbidden: static pods do not support ephemeral containers']);
  });
});

describe('/resize', () => {
  const small = { cpu: '20m', memory: '35Mi' };
  const large = { cpu: '30m', memory: '45Mi' };
  const burstable = podOf({ resources: { requests: small, limits: large } });
  const guaranteed = podOf({ resources: { requests: small, limits: small } });
  const bestEffort = podOf({});
  const requests = podOf({ resources: { requests: small } });
  const resources = (wanted: coreV1.ResourceRequirements): Change => ({ spec }) => (spec.containers[0]!.resources = structuredClone(wanted));

  test.each<[string, DefaultedPod, Change]>([
    ['cpu and memory', burstable, resources({ requests: { cpu: '25m', memory: '30Mi' }, limits: { cpu: '35m', memory: '40Mi' } })],
    ['requests that become limits too', requests, resources({ requests: small, limits: large })],
    ['a request that was not there', podOf({ resources: { requests: { cpu: '1' } } }), resources({ requests: { cpu: '1', memory: '1Mi' } })],
    ['of a pod that is guaranteed', guaranteed, resources({ requests: large, limits: large })],
    ['of a sidecar', pod({ initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: small } }] }), ({ spec }) => (spec.initContainers![0]!.resources = { requests: large })],
    ['of an init container', pod({ initContainers: [{ name: 'i', image: 'i', resources: { requests: small } }] }), ({ spec }) => (spec.initContainers![0]!.resources = { requests: large })],
  ])('changes %s', (_sentence, old, change) => {
    const { pod: updated, errors } = resize(old, change);
    expect(errors).toEqual([]);
    expect(updated.metadata.generation).toBe(2);
  });

  it('is no new generation where nothing changes', () => {
    expect(resize(burstable, () => undefined).pod).toEqual(burstable);
    expect(resize(burstable, resources({ requests: { cpu: '0.02', memory: '35Mi' }, limits: large })).pod.metadata.generation).toBe(1);
  });

  it('changes nothing else, where the containers are the same', () => {
    const { pod: updated, errors } = resize(burstable, (object) => {
      object.spec.containers[0]!.image = 'other:1';
      object.spec.hostname = 'h';
      object.metadata.labels = { a: 'b' };
      object.status = { phase: 'Failed' };
    });
    expect(errors).toEqual([]);
    expect(updated).toEqual(burstable);
  });

  const qos = (name = '""') => `spec: Invalid value: ${name}: Pod QOS Class may not change as a result of resizing`;
  const two = pod({ containers: ['a', 'b'].map((name) => ({ name, image: 'i', resources: { requests: small } })) });
  test.each<[string, DefaultedPod, Change, string[]]>([
    ['a request of a pod without any', bestEffort, resources({ requests: small }), [qos()]],
    ['requests that become the limits', burstable, resources({ requests: large, limits: large }), [qos()]],
    ['limits that go', burstable, resources({ requests: small }), ['spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed']],
    ['requests that go', podOf({ resources: { requests: { cpu: '1', memory: '1Mi' } } }), resources({ requests: { cpu: '1' } }), ['spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed']],
    ['another resource', podOf({ resources: { requests: { ...small, 'ephemeral-storage': '1' } } }), resources({ requests: { ...small, 'ephemeral-storage': '3' } }), ['spec: Forbidden: only cpu and memory resources are mutable']],
    ['a request above its limit', burstable, resources({ requests: { cpu: '40m', memory: '35Mi' }, limits: large }), ['spec.containers[0].resources.requests: Invalid value: "40m": must be less than or equal to cpu limit of 30m']],
    ['another order', two, ({ spec }) => spec.containers.reverse(), ['spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize', 'spec.containers[1].name: Forbidden: containers may not be renamed or reordered on resize']],
    ['a container more', two, ({ spec }) => spec.containers.push({ name: 'c', image: 'i' }), ['spec.containers: Forbidden: containers may not be added or removed on resize']],
    ['a policy that changes', burstable, ({ spec }) => (spec.containers[0]!.resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]), ['spec: Forbidden: only cpu and memory resources are mutable']],
    ['a pod of a file', pod({}, mirror), () => undefined, ['[]: Forbidden: static pods cannot be resized']],
    ['a node that does not say what containers have', pod({}, { status: { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, state: { running: {} } }] } }), () => undefined, ['spec: Forbidden: Pod running on node without support for resize']],
  ])('refuses %s', (_sentence, old, change, expected) => {
    expect(resize(old, change).errors).toEqual(expected);
  });

  it('refuses an init container that would have to run again', () => {
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
    const old = pod({ initContainers: [{ name: 'i', image: 'i', resizePolicy, resources: { requests: small } }] });
    expect(resize(old, ({ spec }) => (spec.initContainers![0]!.resources = { requests: large })).errors).toContain(
      'spec.initContainers[0]: Forbidden: non-sidecar init containers with a resize policy of RestartContainer cannot be resized',
    );
  });
});
