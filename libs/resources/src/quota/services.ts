import type { coreV1 } from '@gantry/api-types';
import { Quantity } from '@gantry/apimachinery';
import type { ResourceObject } from '../descriptor.js';
import type { QuotaEvaluator } from './evaluator.js';
import { ONE } from './evaluator.js';

type Service = ResourceObject & { spec: coreV1.ServiceSpec };

const names: ReadonlySet<string> = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);
const nanosPerUnit = 1_000_000_000n;

/** Services: how many, and of which types. */
export const serviceEvaluator: QuotaEvaluator = {
  handles: ({ subresource }) => subresource === '',
  covers: (name) => names.has(name),
  usage: (object) => {
    const { type, ports = [], allocateLoadBalancerNodePorts } = (object as Service).spec;
    const isBalanced = type === 'LoadBalancer';
    // What is intended counts: ports are chosen later.
    const isChosen = isBalanced && allocateLoadBalancerNodePorts === false;
    const nodePorts = type === 'NodePort' || isBalanced ? ports.filter(({ nodePort }) => !isChosen || nodePort).length : 0;
    return new Map([['count/services', ONE], ['services', ONE], ['services.nodeports', whole(nodePorts)], ['services.loadbalancers', whole(isBalanced ? 1 : 0)]]);
  },
  isInScope: () => false,
  missing: () => undefined,
};

function whole(count: number): Quantity {
  return new Quantity(BigInt(count) * nanosPerUnit, 'DecimalSI');
}
