import { isIPv4, isIPv6 } from 'node:net';
import type { DnsRecord } from './answer.js';
import { TYPE } from './codes.js';

/** An IP address as records hold it. */
export interface Address {
  readonly text: string;
  readonly type: typeof TYPE.A | typeof TYPE.AAAA;
  readonly bytes: Buffer;
}

/** Undefined for what is no IP address. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { text, type: TYPE.A, bytes: Buffer.from(text.split('.').map(Number)) };
  return isIPv6(text) && !text.includes('%') ? { text, type: TYPE.AAAA, bytes: bytesOfV6(text) } : undefined;
}

function bytesOfV6(text: string): Buffer {
  const [head = '', tail] = text.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(16 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after]);
}

/** The bytes of colon-separated groups, the last of which may be an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

export function addressRecord(name: string | undefined, { type, bytes }: Address, ttl: number): DnsRecord {
  return { name, type, ttl, data: { bytes } };
}

export function cnameRecord(name: string | undefined, target: string, ttl: number): DnsRecord {
  return { name, type: TYPE.CNAME, ttl, data: { name: target, compress: true } };
}

export function ptrRecord(target: string, ttl: number): DnsRecord {
  return { name: undefined, type: TYPE.PTR, ttl, data: { name: target, compress: true } };
}

export function nsRecord(target: string, ttl: number): DnsRecord {
  return { name: undefined, type: TYPE.NS, ttl, data: { name: target, compress: true } };
}

export function txtRecord(text: string, ttl: number): DnsRecord {
  const bytes = Buffer.from(text);
  return { name: undefined, type: TYPE.TXT, ttl, data: { bytes: Buffer.concat([Buffer.from([bytes.length]), bytes]) } };
}

/** Priority 0. The target is written out: RFC 2782 allows no compression there. */
export function srvRecord(target: string, { port, weight }: { readonly port: number; readonly weight: number }, ttl: number): DnsRecord {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(weight, 2);
  bytes.writeUInt16BE(port, 4);
  return { name: undefined, type: TYPE.SRV, ttl, data: { bytes, name: target } };
}

/** Refresh, retry and expire, as secondary servers would take them, of which there are none. */
const SOA_TIMES = [7200, 1800, 86_400] as const;

export interface Authority {
  readonly server: string;
  readonly mailbox: string;
  readonly serial: number;
  /** Seconds: the record's own, and how long a client may remember that a name is not there. */
  readonly ttl: number;
}

export function soaRecord(zone: string, { server, mailbox, serial, ttl }: Authority): DnsRecord {
  const tail = Buffer.alloc(20);
  [serial >>> 0, ...SOA_TIMES, ttl].forEach((value, index) => tail.writeUInt32BE(value, index * 4));
  return { name: zone, type: TYPE.SOA, ttl, data: { name: server, compress: true, second: mailbox, tail } };
}
