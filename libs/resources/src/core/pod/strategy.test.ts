import { describe, expect, it, test } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { context, pod, podOf, texts } from '../../fixtures.suite.js';
import { qosClassOf } from './qos.js';
import { podStatusStrategy, podStrategy } from './strategy.js';
import type { DefaultedPod } from './types.js';

function update(old: DefaultedPod, change: (pod: DefaultedPod) => void): { pod: DefaultedPod; errors: string[] } {
  const object = structuredClone(old);
  change(object);
  podStrategy.prepareForUpdate(object, old, context);
  return { pod: object, errors: texts(podStrategy.validateUpdate(object, old)) };
}

describe('a new pod', () => {
  it('is pending, whatever the client said', () => {
    const created = pod({}, { status: { phase: 'Running', podIP: '1.2.3.4' } });
    podStrategy.prepareForCreate(created, context);
    expect(created.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(created.metadata.generation).toBe(1);
  });

  it('says that its gates block it', () => {
    const created = pod({ schedulingGates: [{ name: 'example.com/g' }] });
    podStrategy.prepareForCreate(created, context);
    expect(created.status.conditions?.[0]).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' });
  });
});

const full = { cpu: '1', memory: '1Gi' };
test.each<[string, coreV1.ResourceRequirements[], string]>([
  ['nothing asked, nothing promised', [{}], 'BestEffort'],
  ['limits of both, and no other requests', [{ limits: full, requests: full }], 'Guaranteed'],
  ['the same amounts written otherwise', [{ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }], 'Guaranteed'],
  ['a request', [{ requests: { cpu: '1' } }], 'Burstable'],
  ['a limit of one only', [{ limits: { cpu: '1' }, requests: { cpu: '1' } }], 'Burstable'],
  ['one of two containers', [{ limits: full, requests: full }, {}], 'Burstable'],
  ['requests below limits', [{ limits: full, requests: { cpu: '500m', memory: '1Gi' } }], 'Burstable'],
  ['nothing but a device', [{ limits: { 'example.com/gpu': '1' } }], 'BestEffort'],
])('quality of service: %s', (_sentence, resources, expected) => {
  expect(qosClassOf({ containers: resources.map((one, index) => ({ name: `c${String(index)}`, resources: one })) })).toBe(expected);
});

describe('an update', () => {
  const old = podOf({ image: 'busybox:1' });

  it('may set an image, which is a new generation', () => {
    const { pod: updated, errors } = update(old, ({ spec }) => {
      spec.containers = spec.containers.map((container) => ({ ...container, image: 'busybox:2' }));
    });
    expect(errors).toEqual([]);
    expect(updated.metadata.generation).toBe(2);
  });

  it('may add tolerations, and change their seconds', () => {
    const tolerant = pod({ tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }] });
    const { errors } = update(tolerant, ({ spec }) => {
      spec.tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 9 }, { key: 'b', operator: 'Exists' }];
    });
    expect(errors).toEqual([]);
    expect(update(tolerant, ({ spec }) => (spec.tolerations = [])).errors).toEqual(['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds']);
  });

  it('may not change the rest of the spec', () => {
    const { errors } = update(old, ({ spec }) => (spec.hostname = 'h'));
    expect(errors).toEqual([
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n+ hostname: "h"',
    ]);
  });

  it('may not add containers', () => {
    const { errors } = update(old, ({ spec }) => {
      spec.containers.push({ ...(spec.containers[0] as coreV1.Container), name: 'd' });
    });
    expect(errors).toEqual(['spec.containers: Forbidden: pod updates may not add or remove containers']);
  });

  it('may bring the deadline closer, not further away', () => {
    const limited = pod({ activeDeadlineSeconds: 10 });
    expect(update(limited, ({ spec }) => (spec.activeDeadlineSeconds = 5)).errors).toEqual([]);
    expect(update(limited, ({ spec }) => (spec.activeDeadlineSeconds = 20)).errors).toEqual(['spec.activeDeadlineSeconds: Invalid value: 20: must be less than or equal to previous value']);
  });

  it('leaves status and priority alone', () => {
    const running = pod({ priority: 0 }, { status: { phase: 'Running' } });
    const { pod: updated, errors } = update(running, (object) => {
      object.status = { phase: 'Failed' };
      delete object.spec.priority;
    });
    expect(errors).toEqual([]);
    expect(updated.status.phase).toBe('Running');
    expect(updated.spec.priority).toBe(0);
  });
});

describe('a status update', () => {
  const old = pod({ restartPolicy: 'Never', nodeName: 'n' }, { status: { phase: 'Running', qosClass: 'BestEffort', containerStatuses: [ended(0)] } });

  function ended(exitCode: number): coreV1.ContainerStatus {
    return { name: 'c', image: 'x', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode } } };
  }

  it('changes nothing but the status', () => {
    const object = structuredClone(old);
    object.spec.hostname = 'h';
    object.status = { phase: 'Succeeded' };
    podStatusStrategy.prepareForUpdate(object, old, context);
    expect(object.spec).toEqual(old.spec);
    expect(object.status).toEqual({ phase: 'Succeeded', qosClass: 'BestEffort' });
  });

  it('does not bring an ended container back', () => {
    const object = structuredClone(old);
    object.status.containerStatuses = [{ ...ended(0), state: { running: {} } }];
    expect(texts(podStatusStrategy.validateUpdate(object, old))).toEqual(['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']);
  });
});

describe('what a status update may say', () => {
  const condition = { type: 'PodScheduled', status: 'True', observedGeneration: 2 };
  const old = pod({ ephemeralContainers: [{ name: 'd', image: 'i' }] }, { status: { observedGeneration: 3, conditions: [condition], ephemeralContainerStatuses: [{ name: 'd', image: 'i', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } }] } });

  function written(status: coreV1.PodStatus): { pod: DefaultedPod; errors: string[] } {
    const object = structuredClone({ ...old, status });
    podStatusStrategy.prepareForUpdate(object, old, context);
    return { pod: object, errors: texts(podStatusStrategy.validateUpdate(object, old)) };
  }

  it('keeps generations that the writer does not know of', () => {
    const { status } = written({ conditions: [{ type: 'PodScheduled', status: 'False' }, { type: 'Ready', status: 'True' }] }).pod;
    expect(status.observedGeneration).toBe(3);
    expect(status.conditions).toEqual([{ type: 'PodScheduled', status: 'False', observedGeneration: 2 }, { type: 'Ready', status: 'True' }]);
    expect(written({ observedGeneration: 4 }).pod.status.observedGeneration).toBe(4);
  });

  test.each<[string, coreV1.PodStatus, string[]]>([
    ['a negative generation', { observedGeneration: -1 }, ['status.observedGeneration: Invalid value: -1: must be a non-negative integer']],
    ['a negative generation of a condition', { conditions: [{ ...condition, observedGeneration: -1 }] }, ['status.conditions[0].observedGeneration: Invalid value: -1: must be a non-negative integer']],
    ['an ephemeral container that comes back', { ephemeralContainerStatuses: [{ ...old.status.ephemeralContainerStatuses![0]!, state: { running: {} } }] }, ['status.ephemeralContainerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']],
  ])('is not %s', (_sentence, status, expected) => {
    expect(written(status).errors).toEqual(expected);
  });
});

describe('the grace of a deletion', () => {
  const bound = pod({ nodeName: 'n' }, { status: { phase: 'Running' } });
  const grace = (object: DefaultedPod, requested?: number) => podStrategy.gracePeriodSeconds?.(object, requested);

  it('is what the client asks for, else what the pod says', () => {
    expect(grace(bound)).toBe(30);
    expect(grace(bound, 5)).toBe(5);
    expect(grace(bound, 0)).toBe(0);
    expect(grace(bound, -1)).toBe(1);
  });

  it('is none for pods that no kubelet runs', () => {
    expect(grace(pod(), 5)).toBe(0);
    expect(grace(pod({ nodeName: 'n' }, { status: { phase: 'Succeeded' } }))).toBe(0);
  });
});
