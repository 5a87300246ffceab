import { decode } from 'dns-packet';
import { expect, it } from 'vitest';
import { question, show } from '../testing/dig.suite.js';
import { dnsOver } from '../testing/dns-harness.suite.js';
import { namespace, service, slice } from '../testing/objects.suite.js';
import { failure, type DnsRecord } from './answer.js';
import { RCODE } from './codes.js';
import { makeQuery } from './make-query.js';
import { addressRecord, cnameRecord, parseAddress, soaRecord, srvRecord } from './records.js';
import { writeAnswer } from './write-answer.js';

/** A headless Service with this many endpoints. */
function manyEndpoints(count: number) {
  const endpoints = Array.from({ length: count }, (_none, index) => ({ addresses: [`10.244.${index >> 8}.${index & 255}`], hostname: `a-${index}` }));
  return [namespace('default'), service('a', { clusterIP: 'None' }), slice('a', endpoints, { ports: [{ name: 'p', port: 1, protocol: 'TCP' }] })];
}

const NAME = 'a.default.svc.cluster.local';

it.each<[string, number | undefined, number]>([
  ['without EDNS 512 bytes', undefined, 29],
  ['at least 512 with it', 100, 28],
  ['as the client says', 800, 46],
  ['never more than what passes unbroken', 65_535, 73],
])('answers by UDP with as many whole records as fit, and says that some are missing: %s', async (_sentence, payloadSize, records) => {
  const { ask } = await dnsOver(manyEndpoints(300));
  const bytes = (await ask(question(NAME, 'A', { payloadSize })))!;
  const answer = decode(bytes);
  expect(bytes.length).toBeLessThanOrEqual(Math.min(1232, Math.max(512, payloadSize ?? 0)));
  expect({ truncated: answer.flag_tc, records: answer.answers.length, opt: answer.additionals.length }).toEqual({ truncated: true, records, opt: payloadSize === undefined ? 0 : 1 });
});

it('answers by TCP with all', async () => {
  const { ask } = await dnsOver(manyEndpoints(300));
  expect(show((await ask(question(NAME, 'A'), 'tcp'))!)).toHaveLength(301);
});

it('leaves out addresses of targets before it says that something is missing', async () => {
  const { ask } = await dnsOver(manyEndpoints(8));
  const answer = decode((await ask(question(`_p._tcp.${NAME}`, 'SRV')))!);
  expect({ truncated: answer.flag_tc, answers: answer.answers.length, additional: answer.additionals.length }).toEqual({ truncated: false, answers: 8, additional: 3 });
});

it('says that it knows no later version of EDNS', async () => {
  const { ask } = await dnsOver([]);
  const packet = question(NAME, 'A', { payloadSize: 1232 });
  packet[packet.length - 5] = 1;
  const answer = decode((await ask(packet))!);
  expect({ rcode: answer.rcode, extended: answer.additionals[0]?.extendedRcode }).toEqual({ rcode: 'NOERROR', extended: 1 });
});

const query = makeQuery('web.default.svc.cluster.local', { type: 1, flags: 0x0100, edns: undefined })!;
const write = (answers: DnsRecord[], authority: DnsRecord[] = []) => writeAnswer(query, { ...failure(RCODE.noError), answers, authority });

it('writes a name that is there already as a pointer to it', () => {
  const records = [cnameRecord(undefined, 'b.other.svc.cluster.local', 5), addressRecord('b.other.svc.cluster.local', parseAddress('192.0.2.1')!, 5)];
  const bytes = write(records, [soaRecord('cluster.local', { server: 'ns.dns.cluster.local', mailbox: 'hostmaster.cluster.local', serial: 1, ttl: 5 })]);
  expect(show(bytes)).toEqual([
    'NOERROR', 'web.default.svc.cluster.local 5 CNAME b.other.svc.cluster.local', 'b.other.svc.cluster.local 5 A 192.0.2.1',
    'authority: cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5',
  ]);
  expect(bytes.toString('latin1').split('cluster').length - 1).toBe(1);
});

it('writes out the target of an SRV record', () => {
  const bytes = write([srvRecord('web.default.svc.cluster.local', { port: 80, weight: 100 }, 5)]);
  expect(bytes.toString('latin1').split('cluster').length - 1).toBe(2);
});

it.each(['a..b', `${'a'.repeat(64)}.b`])('does not write a name that cannot be: %s', (name) => {
  expect(() => write([cnameRecord(undefined, name, 5)])).toThrow(RangeError);
});

it.each([
  ['192.0.2.1', 'c0000201'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
])('reads the address %s', (text, hex) => {
  expect(parseAddress(text)?.bytes.toString('hex')).toBe(hex);
});

it.each(['', 'a', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0'])('reads no address in %j', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
