import type { appsV1, coreV1, metaV1 } from '@gantry/api-types';
import type { FieldError } from '@gantry/apimachinery';
import { fieldErrorText } from '@gantry/apimachinery';
import { defaultDeployment } from './apps/deployment/defaults.js';
import type { DefaultedDeployment } from './apps/deployment/defaults.js';
import { defaultPod } from './core/pod/defaults.js';
import type { DefaultedPod } from './core/pod/types.js';
import { defaultService } from './core/service/defaults.js';
import type { DefaultedService } from './core/service/types.js';

/** Objects for the tests of kinds: filled, valid, and changed by the fields that a test is about. */

export const context = { now: '2026-01-02T03:04:05Z', userName: 'tester' };

export function pod(spec: Partial<coreV1.PodSpec> = {}, rest: Partial<coreV1.Pod> = {}): DefaultedPod {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 1 },
    ...structuredClone(rest),
    spec: { containers: [{ name: 'c', image: 'busybox:1' }], ...structuredClone(spec) },
  } as DefaultedPod;
  defaultPod(object);
  return object;
}

/** A pod of one container, with the fields that a test is about. */
export function podOf(container: Partial<coreV1.Container>, spec: Partial<coreV1.PodSpec> = {}): DefaultedPod {
  return pod({ containers: [{ name: 'c', image: 'busybox:1', ...container }], ...spec });
}

export function deployment(spec: Partial<appsV1.DeploymentSpec> = {}): DefaultedDeployment {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'ns', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'busybox:1' }] } },
      ...structuredClone(spec),
    },
  } as DefaultedDeployment;
  defaultDeployment(object);
  return object;
}

export function texts(errors: readonly FieldError[]): string[] {
  return errors.map(fieldErrorText);
}

/** A Service behind defaults, and behind what a create does to it. */
export function service(spec: Partial<coreV1.ServiceSpec> = {}, metadata: metaV1.ObjectMeta = {}): DefaultedService {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'ns', uid: 'u', resourceVersion: '1', ...metadata },
    spec: { ports: [{ port: 80 }], ...structuredClone(spec) },
  } as DefaultedService;
  defaultService(object);
  return object;
}
