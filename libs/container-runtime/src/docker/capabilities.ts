import { readFileSync } from 'node:fs';

/** Linux capabilities by bit number, as in `capabilities(7)`. */
const NAMES = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE',
  'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN',
  'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE',
  'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
] as const;

/** Newer than some engines in use, which refuse names that they do not know. */
const UNKNOWN_TO_SOME = new Set(['PERFMON', 'BPF', 'CHECKPOINT_RESTORE']);

export const ALL_CAPABILITIES: ReadonlySet<string> = new Set(NAMES);

/** The names in a mask as `/proc/<pid>/status` writes it (hex). */
export function capabilitiesOf(mask: string): ReadonlySet<string> {
  const bits = BigInt(`0x${mask}`);
  return new Set(NAMES.filter((_, bit) => (bits >> BigInt(bit)) & 1n));
}

/**
 * What the engine may give away. An engine inside a restricted machine lacks some (SYS_RESOURCE above all) and then refuses
 * every container that asks for them, privileged ones included. Looked up where `status` says; else at the engine's own process
 * where it is on this machine; else at ours; else everything is assumed.
 */
export function engineCapabilities(status?: string): ReadonlySet<string> {
  const engine = (): string => status ?? `/proc/${readFileSync('/var/run/docker.pid', 'utf8').trim()}/status`;
  const mask = boundingSet(engine) ?? boundingSet(() => '/proc/self/status');
  return mask === undefined ? ALL_CAPABILITIES : capabilitiesOf(mask);
}

function boundingSet(file: () => string): string | undefined {
  try {
    return /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync(file(), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** `ALL` becomes what the engine has: the literal `ALL` fails where one is missing. Explicit names are left as asked. */
export function fittingCapabilities(asked: readonly string[], available: ReadonlySet<string>): string[] {
  const names = asked.map((name) => name.toUpperCase().replace(/^CAP_/, ''));
  if (!names.includes('ALL')) return names;
  return available.size >= ALL_CAPABILITIES.size ? ['ALL'] : nameable(available);
}

/** Those that can be asked for by name from every engine. */
export function nameable(available: ReadonlySet<string>): string[] {
  return [...available].filter((name) => !UNKNOWN_TO_SOME.has(name));
}
