import { baseTable } from './base-table.js';
import { delta } from './delta.js';
import { TABLE } from './names.js';
import { EMPTY_RULESET, joinFragments } from './ruleset.js';
import { serviceRules } from './service-rules.js';
import type { Endpoint, NodeFacts, ServicePort } from './service-port.js';

const ENDPOINTS: readonly Endpoint[] = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, port: 1, ready: true, serving: true, terminating: false, local: true, zoneHints: [], nodeHints: [] }));

/** One that asks for everything that a Service can ask for. */
const PLAIN: ServicePort = {
  service: 'trial/plain', name: 'p', protocol: 'tcp', clusterIP: '127.0.0.1', port: 1, nodePort: 1, externalIPs: [], loadBalancerIPs: ['127.0.0.4'], sourceRanges: ['127.0.0.0/8'],
  affinitySeconds: undefined, internalLocal: false, externalLocal: true, endpoints: ENDPOINTS,
};
const STICKY: ServicePort = { ...PLAIN, service: 'trial/sticky', protocol: 'sctp', affinitySeconds: 1 };

/** Commands with all that rules are made of, under another table's name: an nft or a kernel that refuses them (by `nft -c`) cannot serve. */
export function trialCommands(node: NodeFacts): string {
  const ruleset = joinFragments(new Map([['trial', serviceRules([PLAIN, STICKY], node)]]));
  return `${baseTable(node)}${delta(EMPTY_RULESET, ruleset).commands}`.replaceAll(` ip ${TABLE}`, ' ip gantry-trial');
}
