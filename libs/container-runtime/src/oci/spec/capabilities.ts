import { ALL_CAPABILITIES } from '../../capabilities.js';
import type { ContainerConfig } from '../../runtime.js';
import { RuntimeError } from '../../runtime.js';
import type { SpecCapabilities } from './runtime-spec.js';

/** What a container may do that asks for nothing: those of every well-known runtime. */
const DEFAULT = ['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID', 'SETFCAP', 'SETPCAP', 'NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE'];

type Security = Pick<ContainerConfig['security'], 'privileged' | 'capabilitiesAdd' | 'capabilitiesDrop'>;

/**
 * `available` is what this process may give away: all that a privileged container or `ALL` means is cut to it, what is named is not
 * (its start fails). Names are given back without `CAP_`, sorted.
 */
export function containerCapabilities(security: Security, available: ReadonlySet<string>): string[] {
  const [add, drop] = [security.capabilitiesAdd, security.capabilitiesDrop].map((names) => names.map(known)) as [string[], string[]];
  if (security.privileged) return [...available].sort();
  const first = add.includes('ALL') ? available : drop.includes('ALL') ? [] : DEFAULT.filter((name) => available.has(name));
  const held = new Set([...first, ...add]);
  for (const name of drop) held.delete(name);
  held.delete('ALL');
  return [...held].sort();
}

function known(name: string): string {
  const plain = name.toUpperCase().replace(/^CAP_/, '');
  if (plain !== 'ALL' && !ALL_CAPABILITIES.has(plain)) throw new RuntimeError('invalid', `unknown capability "CAP_${plain}"`);
  return plain;
}

/** Neither inheritable nor ambient: a program run by another user than root gets none of them by that alone. */
export function specCapabilities(names: readonly string[]): SpecCapabilities {
  const all = names.map((name) => `CAP_${name}`);
  return { bounding: all, effective: all, permitted: all };
}
