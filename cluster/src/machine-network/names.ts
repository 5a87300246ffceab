import { createHash } from 'node:crypto';
import { nodeNumber } from '../node/node-names.js';

/** What a cluster's nodes are called in the kernel. All names begin with `gantry-`. */
export interface NetworkNames {
  /** Whose it is, as an interface's alias says. */
  readonly owner: string;
  /** Interfaces of this cluster begin so. */
  readonly prefix: string;
  readonly bridge: string;
  /** The nftables table of the machine's own namespace. */
  readonly table: string;
  /** Its network namespaces begin so. */
  readonly namespacePrefix: string;
  namespaceOf(node: string): string;
  /** The machine's end of a node's link. */
  linkOf(node: string): string;
}

/** An interface's name has room for 15 letters: the cluster's name is a digest in it. */
const DIGEST_LETTERS = 5;

/** `instance`: the cluster's name and what tells it from its namesakes. */
export function networkNames(instance: string): NetworkNames {
  const bridge = `gantry-${createHash('sha256').update(instance).digest('hex').slice(0, DIGEST_LETTERS)}`;
  const table = `gantry-${instance}`;
  return {
    owner: `Gantry, cluster ${instance}`,
    prefix: bridge,
    bridge,
    table,
    namespacePrefix: `${table}-`,
    namespaceOf: (node) => `${table}-${node}`,
    linkOf: (node) => `${bridge}-${nodeNumber(node) ?? 0}`,
  };
}
