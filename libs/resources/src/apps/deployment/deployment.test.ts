import { describe, expect, it, test } from 'vitest';
import { context, deployment, texts } from '../../fixtures.suite.js';
import { defaultDeployment } from './defaults.js';
import type { DefaultedDeployment } from './defaults.js';
import { deployment as kind } from './kind.js';
import { deploymentStatusStrategy, deploymentStrategy } from './strategy.js';
import { validateDeployment } from './validation.js';

test('a deployment gets what the documentation promises', () => {
  expect(deployment().spec).toMatchObject({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30 } },
  });
});

test('zero replicas stay zero, and a template gets no service links', () => {
  const { spec } = deployment({ replicas: 0 });
  expect(spec.replicas).toBe(0);
  expect(spec.template.spec).not.toHaveProperty('enableServiceLinks');
});

test('recreate has no rolling update', () => {
  expect(deployment({ strategy: { type: 'Recreate' } }).spec.strategy).toEqual({ type: 'Recreate' });
});

const cases: [sentence: string, deployment: DefaultedDeployment, errors: string[]][] = [
  ['a plain deployment is good', deployment(), []],
  ['a deployment has a selector', deployment({ selector: undefined }), ['spec.selector: Required value', 'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`']],
  ['a selector selects something', deployment({ selector: {} }), ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']],
  [
    'a selector matches its template',
    deployment({ selector: { matchLabels: { app: 'b' } } }),
    ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  ],
  ['replicas are not negative', deployment({ replicas: -1 }), ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  [
    'pods of a deployment are always restarted',
    deployment({ template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x' }], restartPolicy: 'Never' } } }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'something must be able to move',
    deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    'not more than all pods are unavailable',
    deployment({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    'recreate does not roll',
    deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'a deadline leaves time to become ready',
    deployment({ minReadySeconds: 20, progressDeadlineSeconds: 10 }),
    ['spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds'],
  ],
  [
    'a template is a pod',
    deployment({ template: { metadata: { labels: { app: 'a' } }, spec: { containers: [] } } }),
    ['spec.template.spec.containers: Required value'],
  ],
];

test.each(cases)('%s', (_sentence, object, errors) => {
  expect(texts(validateDeployment(object))).toEqual(errors);
});

describe('an update', () => {
  function update(change: (deployment: DefaultedDeployment) => void) {
    const old = deployment();
    const object = structuredClone(old);
    change(object);
    defaultDeployment(object);
    deploymentStrategy.prepareForUpdate(object, old, context);
    return { generation: object.metadata.generation, errors: texts(deploymentStrategy.validateUpdate(object, old)) };
  }

  it('does not change the selector', () => {
    const { errors } = update(({ spec }) => {
      spec.selector = { matchLabels: { app: 'b' } };
      spec.template.metadata = { labels: { app: 'b' } };
    });
    expect(errors).toEqual(['spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable']);
  });

  it('advances the generation with the spec and with annotations, and with nothing else', () => {
    expect(update(({ spec }) => (spec.replicas = 3)).generation).toBe(2);
    expect(update(({ metadata }) => (metadata.annotations = { a: 'b' })).generation).toBe(2);
    expect(update(({ metadata }) => (metadata.labels = { a: 'b' })).generation).toBe(1);
    expect(update(({ spec }) => (spec.template.metadata = { ...spec.template.metadata, annotations: {} })).generation).toBe(1);
  });
});

test('a status has counts that fit together', () => {
  const old = deployment();
  const object = structuredClone(old);
  object.status = { replicas: 1, readyReplicas: 1, availableReplicas: 2 };
  expect(texts(deploymentStatusStrategy.validateUpdate(object, old))).toEqual([
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
  ]);
});

test('a table shows what is ready of what is wanted', () => {
  const object = deployment({ replicas: 3 });
  object.metadata.creationTimestamp = '2026-01-02T03:00:05Z';
  object.status = { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 };
  const row = kind.columns.map((column) => column.cell(object as never, Date.parse('2026-01-02T03:04:05Z')));
  expect(row).toEqual(['d', '2/3', 3, 2, '4m', 'c', 'busybox:1', 'app=a']);
});

test('the scale shows the selector as a text', () => {
  expect(kind.scale?.selector(deployment() as never)).toBe('app=a');
});
