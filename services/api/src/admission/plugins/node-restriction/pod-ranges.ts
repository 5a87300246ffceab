import { isIPv4 } from 'node:net';
import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { CachedObject } from '../../../watch-cache/cached-object.js';

/** Calls with every node that the cache has. */
export type NodeVisitor = (visit: (node: CachedObject) => void) => void;

/**
 * The range of pods that a node gives itself and that is another's, in whole or in part: the other nodes would send to it what is for that
 * one's pods. undefined: there is none.
 */
export function takenPodRange(node: ResourceObject, old: ResourceObject | undefined, nodes: NodeVisitor): string | undefined {
  const wanted = rangesOf(node);
  if (wanted.length === 0 || (old !== undefined && deepEqual(wanted, rangesOf(old)))) return undefined;
  const others: string[] = [];
  nodes(({ object }) => void (object.metadata.name === node.metadata.name || others.push(...rangesOf(object))));
  return wanted.find((range) => others.some((other) => overlap(range, other)));
}

function rangesOf(node: ResourceObject): readonly string[] {
  const { podCIDR, podCIDRs = [] } = (node['spec'] ?? {}) as coreV1.NodeSpec;
  return [...new Set([...podCIDRs, ...(podCIDR ? [podCIDR] : [])])];
}

/** Ranges either lie within each other or have nothing in common. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [parsed(one), parsed(other)];
  if (a === undefined || b === undefined) return one === other;
  const size = 2 ** (32 - Math.min(a.bits, b.bits));
  return Math.floor(a.address / size) === Math.floor(b.address / size);
}

function parsed(range: string): { address: number; bits: number } | undefined {
  const [address = '', bits = ''] = range.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits)) return undefined;
  return { address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), bits: Number(bits) };
}
