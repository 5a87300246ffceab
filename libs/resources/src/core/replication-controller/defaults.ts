import type { coreV1 } from '@gantry/api-types';
import { presentTemplate } from '../../apps/template-selector.js';
import type { WithMetadata } from '../../define-kind.js';
import { defaultPodSpec } from '../pod-spec/defaults.js';

/** A replication controller as defaults leave it. */
export type DefaultedReplicationController = WithMetadata<coreV1.ReplicationController> & { spec: coreV1.ReplicationControllerSpec; status: coreV1.ReplicationControllerStatus };

/** Fills a replication controller and its template, whose labels are its selector and its own where it has none. */
export function defaultReplicationController(controller: DefaultedReplicationController): void {
  controller.metadata ??= {};
  controller.spec ??= {};
  controller.status ??= { replicas: 0 };
  const { spec, metadata } = controller;
  spec.replicas ??= 1;
  if (spec.template === undefined) return;
  const template = presentTemplate(spec.template);
  defaultPodSpec(template.spec);
  const { labels } = template.metadata;
  if (labels === undefined) return;
  if (isEmpty(spec.selector)) spec.selector = { ...labels };
  if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(map ?? {}).length === 0;
}
