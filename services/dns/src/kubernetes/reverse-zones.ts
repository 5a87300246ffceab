import { TYPE } from '../wire/codes.js';
import { ptrRecord } from '../wire/records.js';
import type { Catalog } from './catalog.js';
import { viewSlice } from './endpoints.js';
import { NO_DATA, NO_NAME, recordsOrNoData, type Outcome } from './outcome.js';
import { SERVICE_NAME_LABEL } from './catalog.js';

/** A range of addresses whose reverse names the cluster answers. */
export interface ReverseZone {
  readonly base: number;
  readonly bits: number;
  /** `96.10.in-addr.arpa`: the whole bytes of the range. */
  readonly domain: string;
}

/** What a reverse name asks for. */
export interface ReverseQuery {
  readonly zone: ReverseZone;
  /** Undefined for a name above addresses. */
  readonly address: string | undefined;
}

/** Undefined for what is no IPv4 range: reverse names of IPv6 are forwarded. */
export function reverseZone(cidr: string): ReverseZone | undefined {
  const [address = '', length = ''] = cidr.split('/');
  const bytes = bytesOf(address.split('.'));
  const bits = Number(length);
  if (bytes?.length !== 4 || !(bits >= 0 && bits <= 32) || length === '') return undefined;
  const whole = bytes.slice(0, Math.floor(bits / 8)).toReversed();
  return { base: numberOf(bytes), bits, domain: [...whole, 'in-addr', 'arpa'].join('.') };
}

/** The zone that a name belongs to, and the address; undefined when it is none of the cluster's. A name above a range that ends inside a byte is not. */
export function findReverse(zones: readonly ReverseZone[], labels: readonly string[]): ReverseQuery | undefined {
  if (labels.at(-1) !== 'arpa' || labels.at(-2) !== 'in-addr') return undefined;
  const reversed = labels.slice(0, -2).toReversed();
  const bytes = bytesOf(reversed.slice(0, 4));
  if (bytes === undefined) return undefined;
  const zone = zones.find(({ base, bits }) => bytes.length * 8 >= bits && inRange(numberOf(bytes), base, bits));
  if (zone === undefined) return undefined;
  return { zone, address: reversed.length > 4 ? '' : bytes.length < 4 ? undefined : bytes.join('.') };
}

export function answerReverse(catalog: Catalog, domain: string, address: string | undefined, query: { readonly type: number; readonly ttl: number }): Outcome {
  if (address === undefined) return NO_DATA;
  const names = namesOf(catalog, address);
  if (names.length === 0) return NO_NAME;
  return recordsOrNoData(query.type === TYPE.PTR ? names.map((name) => ptrRecord(`${name}.svc.${domain}`, query.ttl)) : []);
}

/** A Service's address is its own; others are those of endpoints. */
function namesOf(catalog: Catalog, address: string): string[] {
  const services = catalog.servicesAt(address).map(({ metadata }) => `${metadata?.name}.${metadata?.namespace}`);
  if (services.length > 0) return services;
  const endpoints = catalog.slicesWith(address).flatMap((slice) => {
    const service = slice.metadata?.labels?.[SERVICE_NAME_LABEL];
    if (service === undefined) return [];
    const own = viewSlice(slice).endpoints.filter((endpoint) => endpoint.ready && endpoint.address.text === address);
    return own.map(({ host }) => `${host}.${service}.${slice.metadata?.namespace}`);
  });
  return [...new Set(endpoints)];
}

function bytesOf(labels: readonly string[]): number[] | undefined {
  const isByte = (label: string) => /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256;
  return labels.every(isByte) ? labels.map(Number) : undefined;
}

/** Bytes from the front, zeros behind. */
function numberOf(bytes: readonly number[]): number {
  return [0, 1, 2, 3].reduce((value, index) => value * 256 + (bytes[index] ?? 0), 0);
}

function inRange(address: number, base: number, bits: number): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor(base / size);
}
