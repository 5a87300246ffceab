import { path } from '@gantry/apimachinery';
import { rangeWarnings } from '../../address-warnings.js';
import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedNode } from './defaults.js';
import { validateNode, validateNodeUpdate } from './validation.js';

/** How nodes come to be and change. A kubelet registers itself with its status, so create keeps it. */
export const nodeStrategy: TypedStrategy<DefaultedNode> = {
  prepareForCreate: () => undefined,
  validate: validateNode,
  prepareForUpdate: (node, old) => {
    node.status = old.status;
  },
  validateUpdate: (node, old) => [...validateNode(node), ...validateNodeUpdate(node, old)],
  warnings: nodeWarnings,
  allowUnconditionalUpdate: true,
};

function nodeWarnings({ spec }: DefaultedNode): string[] {
  const warnings: string[] = [];
  if (spec.configSource !== undefined) warnings.push('spec.configSource: the feature is removed');
  if (spec.externalID) warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  spec.podCIDRs?.forEach((range, index) => rangeWarnings(range, path('spec').child('podCIDRs').index(index), warnings));
  return warnings;
}

/** How `/status` changes. */
export const nodeStatusStrategy: TypedStrategy<DefaultedNode> = {
  ...nodeStrategy,
  prepareForUpdate: (node, old) => {
    node.spec = old.spec;
  },
  validateUpdate: validateNodeUpdate,
  warnings: () => [],
};
