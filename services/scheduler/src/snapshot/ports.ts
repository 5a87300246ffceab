import type { HostPort } from '../pods/pod-facts.js';

const ALL_ADDRESSES = '0.0.0.0';

/** A host port as a key of a map. */
export function portKey({ protocol, port, ip }: HostPort): string {
  return `${protocol}/${port}/${ip}`;
}

/** Whether the port is taken: the same protocol and number on the same address, or on all addresses on either side. */
export function isTaken(taken: ReadonlyMap<string, number>, wanted: HostPort): boolean {
  if (taken.size === 0) return false;
  if (taken.has(portKey({ ...wanted, ip: ALL_ADDRESSES })) || taken.has(portKey(wanted))) return true;
  if (wanted.ip !== ALL_ADDRESSES) return false;
  const prefix = `${wanted.protocol}/${wanted.port}/`;
  for (const key of taken.keys()) if (key.startsWith(prefix)) return true;
  return false;
}
