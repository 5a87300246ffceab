import type { Pod } from '../pods/pod.js';
import { containersOf, initContainersOf, isHostNetwork, isSidecar } from '../pods/pod.js';

/** A port of the node that leads to one of a pod's. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Of the node on which it is served; '' on all of them. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** The host ports of the pod at this address. */
export interface PodHostPorts {
  readonly address: string;
  readonly ports: readonly HostPort[];
}

const HOST_PORT_TABLE = 'gantry-host-ports';
const LOOPBACK = '127.0.0.1';

/** What a pod's containers ask for; one on the node's own network has its ports there anyway. */
export function hostPortsOf(pod: Pod): HostPort[] {
  if (isHostNetwork(pod)) return [];
  const containers = [...initContainersOf(pod).filter(isSidecar), ...containersOf(pod)];
  return containers.flatMap(({ ports = [] }) => ports.flatMap(({ protocol = 'TCP', hostIP = '', hostPort = 0, containerPort }): HostPort[] => {
    const everywhere = hostIP === '0.0.0.0' || hostIP === '::';
    return hostPort === 0 ? [] : [{ protocol: protocol.toLowerCase() as HostPort['protocol'], hostIp: everywhere ? '' : hostIP, hostPort, containerPort }];
  }));
}

/**
 * The table of all pods' host ports, replacing what there is of it; without any it goes. Services' rules come first. Of two pods that
 * claim the same port, one of which is about to end, the later has it. Only the node's own addresses are translated, of IPv4: it has others,
 * on which cluster DNS and the engine's resolver answer.
 */
export function hostPortRules(pods: readonly PodHostPorts[], nodeAddresses: readonly string[]): string {
  const clear = [`add table ip ${HOST_PORT_TABLE}`, `delete table ip ${HOST_PORT_TABLE}`];
  const targets = targetsOf(pods, nodeAddresses);
  if (targets.size === 0) return [...clear, ''].join('\n');
  const elements = [...targets].map(([from, to]) => `${from} : ${to}`).join(', ');
  const selves = [...new Set(pods.map(({ address }) => `${address} . ${address}`))].join(', ');
  const translate = 'dnat ip addr . port to ip daddr . meta l4proto . th dport map @ports';
  return [
    ...clear,
    `table ip ${HOST_PORT_TABLE} {`,
    `  map ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; elements = { ${elements} }; }`,
    `  set selves { type ipv4_addr . ipv4_addr; elements = { ${selves} }; }`,
    `  chain prerouting { type nat hook prerouting priority -101; policy accept; ${translate}; }`,
    `  chain output { type nat hook output priority -101; policy accept; ${translate}; }`,
    // What the node says to its own loopback address, or a pod to itself, must come back by the node.
    `  chain postrouting { type nat hook postrouting priority 99; policy accept; ct status dnat ip saddr . ip daddr @selves masquerade; ct status dnat ip saddr ${LOOPBACK} masquerade; }`,
    // Pods' links let answers to that address pass, and nothing that a pod begins.
    `  chain input { type filter hook input priority -5; policy accept; iifname != "lo" ip daddr 127.0.0.0/8 ct direction original drop; }`,
    '}',
    '',
  ].join('\n');
}

function targetsOf(pods: readonly PodHostPorts[], nodeAddresses: readonly string[]): Map<string, string> {
  const own = [...nodeAddresses, LOOPBACK];
  const targets = new Map<string, string>();
  for (const { address, ports } of pods) {
    for (const { protocol, hostIp, hostPort, containerPort } of ports) {
      const on = own.filter((ip) => hostIp === '' || ip === hostIp);
      for (const each of on) targets.set(`${each} . ${protocol} . ${hostPort}`, `${address} . ${containerPort}`);
    }
  }
  return targets;
}
