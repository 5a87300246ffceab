import { createHash } from 'node:crypto';

export interface Plug {
  /** A process in the sandbox's namespace. */
  readonly pid: number;
  readonly address: string;
  readonly gateway: string;
  /** The node's end of the pair. */
  readonly link: string;
}

/** A name that depends on the pod alone and fits the 15 bytes of an interface. */
export function linkName(podUid: string): string {
  return `veth${createHash('sha256').update(podUid).digest('hex').slice(0, 10)}`;
}

/** Lines for `ip -batch` in the node's namespace: make the pair, its far end straight in the sandbox, and route the address to it. */
export function nodeSide({ pid, address, link }: Plug): string {
  return `link add ${link} type veth peer name eth0 netns ${pid}\nlink set ${link} up\nroute replace ${address}/32 dev ${link}\n`;
}

/** Lines for `ip -batch` in the sandbox: a /32 whose only neighbour is the gateway. */
export function sandboxSide({ address, gateway }: Plug): string {
  return `link set lo up\naddr add ${address}/32 dev eth0\nlink set eth0 up\nroute add ${gateway} dev eth0 scope link\nroute add default via ${gateway}\n`;
}

/** Shell: what the node says to a host port on 127.0.0.1, and the answers, may pass the pod's link. */
export function letLoopbackPass(link: string): string {
  return `echo 1 > /proc/sys/net/ipv4/conf/${link}/route_localnet`;
}

/** What pods send out of the cluster leaves with the node's address: nobody outside has a way back to a pod's. */
export function masqueradeRules(table: string, podCidr: string, clusterCidr: string): string {
  return [
    `add table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority 100; policy accept;',
    `    ip saddr ${podCidr} ip daddr != ${clusterCidr} masquerade`,
    '  }',
    '}',
    '',
  ].join('\n');
}
