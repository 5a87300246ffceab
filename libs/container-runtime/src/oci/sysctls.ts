import { RuntimeError } from '../runtime.js';
import type { SandboxConfig } from '../runtime.js';

/** What a pod of its own network may do that ordinary users may not on a machine: serve low ports, and ping. */
const OF_POD_NETWORK = { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' };

const OF_IPC = new Set(['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced']);

/** Kernel settings of a sandbox, by path below `/proc/sys`. Throws `invalid` for one that would change the whole machine. */
export function sandboxSysctls({ network, ipc = 'pod', sysctls = {} }: Pick<SandboxConfig, 'network' | 'ipc' | 'sysctls'>): Map<string, string> {
  const wanted: Readonly<Record<string, string>> = { ...(network === 'pod' ? OF_POD_NETWORK : {}), ...sysctls };
  return new Map(Object.entries(wanted).map(([name, value]) => [pathOf(name, network, ipc), value]));
}

function pathOf(given: string, network: SandboxConfig['network'], ipc: SandboxConfig['ipc']): string {
  const name = given.includes('/') && !given.includes('.') ? given.replaceAll('/', '.') : given;
  if (!/^[a-z0-9_-]+(?:[./][a-z0-9_-]+)+$/i.test(name)) throw new RuntimeError('invalid', `"${given}" is not a sysctl`);
  if (name.startsWith('net.') && network !== 'pod') throw new RuntimeError('invalid', `sysctl "${given}" not allowed in host network namespace`);
  const isOfIpc = name.startsWith('fs.mqueue.') || OF_IPC.has(name);
  if (isOfIpc && ipc === 'node') throw new RuntimeError('invalid', `sysctl "${given}" not allowed in host ipc namespace`);
  if (!name.startsWith('net.') && !isOfIpc) throw new RuntimeError('invalid', `sysctl "${given}" is not in a separate kernel namespace`);
  // In the dotted form a dot of the path itself, as of a VLAN's interface, is written as a slash.
  return name.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.'));
}
