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
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const nodeStatusStrategy: TypedStrategy<DefaultedNode> = {
  ...nodeStrategy,
  prepareForUpdate: (node, old) => {
    node.spec = old.spec;
  },
  validateUpdate: validateNodeUpdate,
};
