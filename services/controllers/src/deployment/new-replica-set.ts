import type { appsV1 } from '@gantry/api-types';
import { controllerReference } from '../ownership/controller-ref.js';
import type { Draft } from './draft.js';
import { oldestFirst } from './draft.js';
import { POD_TEMPLATE_HASH, sameTemplate, templateHash } from './template-hash.js';

/** The replica set whose template is the deployment's; the oldest of several, so that all choose the same. */
export function findNewest(deployment: appsV1.Deployment, drafts: readonly Draft[]): Draft | undefined {
  const template = deployment.spec?.template ?? {};
  return drafts.toSorted(oldestFirst).find(({ current }) => sameTemplate(current.spec?.template ?? {}, template));
}

/** The replica set for the deployment's present template, without replicas and annotations. */
export function buildReplicaSet(deployment: appsV1.Deployment): appsV1.ReplicaSet {
  const { metadata = {}, spec, status } = deployment;
  const template = spec?.template ?? {};
  const hash = templateHash(template, status?.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      ownerReferences: [controllerReference(deployment, 'apps/v1', 'Deployment')],
    },
    spec: {
      minReadySeconds: spec?.minReadySeconds ?? 0,
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
