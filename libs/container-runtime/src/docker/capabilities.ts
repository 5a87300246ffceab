import { readFileSync } from 'node:fs';
import { ALL_CAPABILITIES, boundingSet, capabilitiesOf } from '../capabilities.js';

/** Newer than some engines in use, which refuse names that they do not know. */
const UNKNOWN_TO_SOME = new Set(['PERFMON', 'BPF', 'CHECKPOINT_RESTORE']);

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
