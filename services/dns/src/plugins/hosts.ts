import type { Plugin } from '../plugin.js';
import { failure, type Answer, type DnsRecord } from '../wire/answer.js';
import { RCODE, TYPE } from '../wire/codes.js';
import { nameOf } from '../wire/query.js';
import { addressRecord, parseAddress, ptrRecord, type Address } from '../wire/records.js';

/** Seconds. */
const TTL = 3600;

/** Names of the node's hosts file, and the way back from their IPv4 addresses. */
export function hosts(entries: Readonly<Record<string, readonly string[]>>): Plugin {
  const byName = new Map<string, Address[]>();
  const byReverse = new Map<string, string[]>();
  for (const [name, texts] of Object.entries(entries)) {
    const addresses = texts.flatMap((text) => parseAddress(text) ?? []);
    byName.set(name.toLowerCase().replace(/\.$/, ''), addresses);
    for (const address of addresses) if (address.type === TYPE.A) byReverse.set(reverseOf(address), [...(byReverse.get(reverseOf(address)) ?? []), name]);
  }
  return (next) => (query) => {
    const name = nameOf(query);
    const addresses = byName.get(name);
    if (addresses !== undefined) return answerWith(addresses.filter(({ type }) => type === query.type).map((address) => addressRecord(undefined, address, TTL)));
    const names = query.type === TYPE.PTR ? byReverse.get(name) : undefined;
    return names === undefined ? next(query) : answerWith(names.map((target) => ptrRecord(target, TTL)));
  };
}

function reverseOf({ text }: Address): string {
  return `${text.split('.').toReversed().join('.')}.in-addr.arpa`;
}

function answerWith(answers: readonly DnsRecord[]): Answer {
  return { ...failure(RCODE.noError), authoritative: true, answers };
}
