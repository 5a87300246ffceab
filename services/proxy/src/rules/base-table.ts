import { MASQUERADE_BIT } from './balance.js';
import { CLUSTER_IPS, FIREWALL_IPS, MARK, NO_ENDPOINTS, NO_ENDPOINT_NODE_PORTS, REJECT, SELF_PAIRS, SERVICE_IPS, SERVICE_NODE_PORTS, TABLE } from './names.js';
import type { NodeFacts } from './service-port.js';

const BY_ADDRESS = 'ip daddr . meta l4proto . th dport';
const BY_NODE_PORT = 'ip daddr @nodeport-ips meta l4proto . th dport';

function containers({ serviceCidr, addresses }: NodeFacts): string[] {
  const verdicts = [SERVICE_IPS, NO_ENDPOINTS, FIREWALL_IPS].map((name) => `map ${name} { type ipv4_addr . inet_proto . inet_service : verdict; }`);
  const nodePorts = [SERVICE_NODE_PORTS, NO_ENDPOINT_NODE_PORTS].map((name) => `map ${name} { type inet_proto . inet_service : verdict; }`);
  const served = addresses.length === 0 ? '' : ` elements = { ${addresses.join(', ')} };`;
  return [
    `set ${CLUSTER_IPS} { type ipv4_addr; flags interval; elements = { ${serviceCidr} }; }`,
    `set nodeport-ips { type ipv4_addr;${served} }`,
    `set ${SELF_PAIRS} { type ipv4_addr . ipv4_addr; }`,
    ...verdicts,
    ...nodePorts,
  ];
}

/**
 * Priorities are numbers, since old versions of nft know no names for them: translation stands just before that of others (-100, 100), filters of
 * addresses as the client wrote them before it, filters of what was not translated after it.
 */
function hooks(): string[] {
  const chain = (name: string, type: string, hook: string, priority: number, rules: readonly string[]) =>
    `chain ${name} { type ${type} hook ${hook} priority ${priority}; policy accept; ${rules.join('; ')}; }`;
  const firewall = [`ct state new ${BY_ADDRESS} vmap @${FIREWALL_IPS}`];
  const refused = [`ct state new ${BY_ADDRESS} vmap @${NO_ENDPOINTS}`, `ct state new ${BY_NODE_PORT} vmap @${NO_ENDPOINT_NODE_PORTS}`];
  const unmatched = `ip daddr @${CLUSTER_IPS} goto unmatched`;
  return [
    chain('filter-prerouting', 'filter', 'prerouting', -110, firewall),
    chain('filter-output-first', 'filter', 'output', -110, firewall),
    chain('nat-prerouting', 'nat', 'prerouting', -105, ['jump services']),
    chain('nat-output', 'nat', 'output', -105, ['jump services']),
    chain('filter-input', 'filter', 'input', -5, refused),
    // What conntrack takes for no part of a connection is not translated: the client would be told to reset a connection that is well.
    chain('filter-forward', 'filter', 'forward', -5, ['ct state invalid drop', ...refused, unmatched]),
    chain('filter-output', 'filter', 'output', -5, [...refused, unmatched]),
    chain('nat-postrouting', 'nat', 'postrouting', 95, ['jump masquerading']),
  ];
}

function fixedChains({ clusterCidr, ownServiceAddresses }: NodeFacts): string[] {
  const own = ownServiceAddresses.length === 0 ? '' : `ip daddr { ${ownServiceAddresses.join(', ')} } return; `;
  return [
    `chain ${MARK} { meta mark set meta mark | ${MASQUERADE_BIT}; }`,
    `chain ${REJECT} { meta l4proto tcp reject with tcp reset; reject with icmp type port-unreachable; }`,
    `chain unmatched { ${own}ct state invalid drop; goto ${REJECT}; }`,
    // Whoever reaches a cluster address from outside the pods' range has no way for an answer that does not pass here again.
    `chain services { ${own}ip saddr != ${clusterCidr} ip daddr @${CLUSTER_IPS} jump ${MARK}; ${BY_ADDRESS} vmap @${SERVICE_IPS}; ${BY_NODE_PORT} vmap @${SERVICE_NODE_PORTS}; }`,
    `chain masquerading { ct status dnat ip saddr . ip daddr @${SELF_PAIRS} masquerade fully-random; meta mark & ${MASQUERADE_BIT} == 0 return; meta mark set meta mark & 0xffffbfff; masquerade fully-random; }`,
  ];
}

/**
 * The table without Services: it rejects whatever goes to the Service range. Replaces what there is of that name in the same transaction, so there is no
 * moment at which such traffic would leave the machine.
 */
export function baseTable(node: NodeFacts): string {
  const body = [...containers(node), ...fixedChains(node), ...hooks()].map((line) => `  ${line}`);
  return [`add table ip ${TABLE}`, `delete table ip ${TABLE}`, `table ip ${TABLE} {`, ...body, '}', ''].join('\n');
}
