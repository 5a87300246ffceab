/** Replaces a table whole, in one transaction. */
function replacing(table: string, chains: readonly string[]): string {
  return [`add table ip ${table}`, `delete table ip ${table}`, `table ip ${table} {`, ...chains.map((line) => `  ${line}`), '}', ''].join('\n');
}

/**
 * What leaves the nodes' network has the machine's address. Nobody but the machine itself begins anything with a node: ports are served on
 * the machine's loopback interface by a forwarder.
 */
export function clusterRules({ table, bridge }: { readonly table: string; readonly bridge: string }, cidr: string): string {
  return replacing(table, [
    `chain postrouting { type nat hook postrouting priority 100; policy accept; ip saddr ${cidr} oifname != "${bridge}" masquerade; }`,
    `chain forward { type filter hook forward priority 0; policy accept; iifname "${bridge}" accept; oifname "${bridge}" ct state established,related accept; oifname "${bridge}" drop; }`,
  ]);
}

/** One for all clusters of a machine. */
export const FORWARDING_TABLE = 'gantry-forwarding';

/** A machine that forwarded nothing before still forwards nothing between the interfaces that it had then. */
export function forwardingRules(interfaces: readonly string[]): string {
  const names = interfaces.map((name) => `"${name}"`).join(', ');
  return replacing(FORWARDING_TABLE, [
    ...(names === '' ? [] : [`set outside { type ifname; elements = { ${names} }; }`, 'chain forward { type filter hook forward priority 0; policy accept; iifname @outside oifname @outside drop; }']),
  ]);
}
