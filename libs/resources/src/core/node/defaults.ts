import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { canonicalizeResources } from '../pod-spec/quantities.js';

/** A node as defaults leave it. */
export type DefaultedNode = WithMetadata<coreV1.Node> & { spec: coreV1.NodeSpec; status: coreV1.NodeStatus };

/** Fills a node: what it does not say to be allocatable is all that it has. */
export function defaultNode(node: DefaultedNode): void {
  node.metadata ??= {};
  node.spec ??= {};
  node.status ??= {};
  const { status } = node;
  canonicalizeResources(status.capacity);
  if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
  canonicalizeResources(status.allocatable);
  oneRange(node.spec);
}

/** The range of pods and the first of the ranges are one; the former counts where they differ. */
function oneRange(spec: coreV1.NodeSpec): void {
  const { podCIDR, podCIDRs = [] } = spec;
  if (podCIDR && podCIDR !== podCIDRs[0]) spec.podCIDRs = [podCIDR];
  else if (!podCIDR && podCIDRs.length > 0) spec.podCIDR = podCIDRs[0]!;
}
