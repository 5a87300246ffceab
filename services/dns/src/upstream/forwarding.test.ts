import { settle } from '@gantry/async';
import { decode, encode } from 'dns-packet';
import { expect, it } from 'vitest';
import { question, show } from '../testing/dig.suite.js';
import { dnsOver, type HarnessOptions } from '../testing/dns-harness.suite.js';
import { CLUSTER } from '../testing/objects.suite.js';
import type { Exchange } from './exchange.js';
import { answersTo, forwardedPacket } from './packets.js';
import { parseUpstream } from './upstreams.js';
import { makeQuery } from '../wire/make-query.js';

const FIRST = { address: '192.0.2.53', port: 53 };
const SECOND = { address: '192.0.2.54', port: 53 };

interface Said {
  readonly rcode?: number;
  readonly answers?: readonly object[];
  readonly authorities?: readonly object[];
  readonly truncated?: boolean;
}

/** What a resolver sends back to `packet`, an OPT record included. */
function reply(packet: Buffer, { rcode = 0, answers = [], authorities = [], truncated = false }: Said = {}): Buffer {
  const { id, questions, additionals } = decode(packet);
  return encode({ type: 'response', id, flags: rcode | 0x180 | (truncated ? 0x200 : 0), questions, answers, authorities, additionals });
}

const A = { name: 'www.example.test', type: 'A', ttl: 20, data: '192.0.2.80' };
const SOA = { name: 'example.test', type: 'SOA', ttl: 60, data: { mname: 'ns.example.test', rname: 'root.example.test', minimum: 10 } };

/** Answers with what `say` says, and notes who was asked. */
function upstreamsThat(say: (upstream: typeof FIRST, packet: Buffer) => Said | Error) {
  const asked: string[] = [];
  const udp: Exchange = async (upstream, packet) => {
    asked.push(upstream.address);
    // Questions of the plugin that looks for loops are nobody's business here.
    if (decode(packet).questions[0]?.type === 'HINFO') asked.pop();
    const said = say(upstream, packet);
    if (said instanceof Error) throw said;
    return reply(packet, said);
  };
  return { asked, options: { upstreams: [FIRST, SECOND], udp } satisfies HarnessOptions };
}

it('sends on what is not of the cluster, and answers with the id and the case that were asked', async () => {
  const { asked, options } = upstreamsThat(() => ({ answers: [A] }));
  const { ask } = await dnsOver(CLUSTER, options);
  const bytes = (await ask(question('WWW.Example.test', 'A', { id: 4711 })))!;
  expect(decode(bytes)).toMatchObject({ id: 4711, questions: [{ name: 'WWW.Example.test' }], additionals: [] });
  expect(show(bytes)).toEqual(['NOERROR', 'www.example.test 20 A 192.0.2.80']);
  expect(asked).toEqual(['192.0.2.53']);
});

it('gives an OPT record to who sent one', async () => {
  const { options } = upstreamsThat(() => ({ answers: [A] }));
  const { ask } = await dnsOver([], options);
  expect(decode((await ask(question('www.example.test', 'A', { payloadSize: 1232 })))!).additionals).toHaveLength(1);
});

it('remembers an answer for its time, which it counts down', async () => {
  const { asked, options } = upstreamsThat(() => ({ answers: [A] }));
  const { ask, clock } = await dnsOver([], options);
  await ask(question('www.example.test', 'A'));
  clock.advance(12_500);
  expect(show((await ask(question('wWw.example.test', 'A')))!)).toEqual(['NOERROR', 'www.example.test 8 A 192.0.2.80']);
  clock.advance(7500);
  await ask(question('www.example.test', 'A'));
  expect(asked).toHaveLength(2);
});

it.each<[string, Said, number]>([
  ['a name that is not there, as long as its zone says', { rcode: 3, authorities: [SOA] }, 1],
  ['a type that is not there', { authorities: [SOA] }, 1],
  ['not a "no" of a zone that does not say how long', { rcode: 3 }, 2],
  ['not what may not be kept', { answers: [{ ...A, ttl: 0 }] }, 2],
  ['not a failure', { rcode: 2 }, 4],
])('remembers %s', async (_sentence, said, questions) => {
  const { asked, options } = upstreamsThat(() => said);
  const { ask, clock } = await dnsOver([], options);
  await ask(question('www.example.test', 'A'));
  clock.advance(9000);
  await ask(question('www.example.test', 'A'));
  expect(asked).toHaveLength(questions);
});

it('asks once for what many ask at the same time', async () => {
  const { asked, options } = upstreamsThat(() => ({ answers: [A] }));
  const { ask } = await dnsOver([], options);
  const all = await Promise.all([1, 2, 3].map((id) => ask(question('www.example.test', 'A', { id }))));
  expect(asked).toHaveLength(1);
  expect(all.map((bytes) => decode(bytes!).id)).toEqual([1, 2, 3]);
});

it.each<[string, Said | Error]>([
  ['does not answer', new Error('no answer')],
  ['failed', { rcode: 2 }],
  ['refuses', { rcode: 5 }],
])('asks the second when the first %s', async (_sentence, said) => {
  const { asked, options } = upstreamsThat(({ address }) => (address === FIRST.address ? said : { answers: [A] }));
  const { ask } = await dnsOver([], options);
  expect(show((await ask(question('www.example.test', 'A')))!)[0]).toBe('NOERROR');
  expect(asked).toEqual(['192.0.2.53', '192.0.2.54']);
});

it('asks one that did not answer after the others, until it has rested', async () => {
  const { asked, options } = upstreamsThat(({ address }) => (address === FIRST.address ? new Error('no answer') : { answers: [A] }));
  const { ask, clock } = await dnsOver([], options);
  await ask(question('a.example.test', 'A'));
  await ask(question('b.example.test', 'A'));
  clock.advance(10_000);
  await ask(question('c.example.test', 'A'));
  expect(asked).toEqual([FIRST, SECOND, SECOND, FIRST, SECOND].map(({ address }) => address));
});

it('fails when nobody answers', async () => {
  const { ask } = await dnsOver([], upstreamsThat(() => new Error('no answer')).options);
  expect(show((await ask(question('www.example.test', 'A')))!)).toEqual(['SERVFAIL']);
});

it('asks without EDNS where that is not understood', async () => {
  const { options } = upstreamsThat((_upstream, packet) => (decode(packet).additionals.length > 0 ? { rcode: 1 } : { answers: [A] }));
  const { ask } = await dnsOver([], options);
  expect(show((await ask(question('www.example.test', 'A')))!)[0]).toBe('NOERROR');
});

it('asks again by TCP where the answer was cut, and cuts it for the client', async () => {
  const { options } = upstreamsThat(() => ({ truncated: true }));
  const answers = Array.from({ length: 100 }, (_none, index) => ({ ...A, data: `192.0.2.${index}` }));
  const { ask } = await dnsOver([], { ...options, tcp: async (_upstream, packet) => reply(packet, { answers }) });
  expect(show((await ask(question('www.example.test', 'A'), 'tcp'))!)).toHaveLength(101);
  const cut = decode((await ask(question('www.example.test', 'A', { payloadSize: 600 })))!);
  expect({ truncated: cut.flag_tc, answers: cut.answers.length, opt: cut.additionals.length }).toEqual({ truncated: true, answers: 17, opt: 1 });
});

it('passes on the part where TCP fails', async () => {
  const { options } = upstreamsThat(() => ({ truncated: true, answers: [A] }));
  const { ask } = await dnsOver([], { ...options, tcp: () => Promise.reject(new Error('blocked')) });
  expect(show((await ask(question('www.example.test', 'A')))!)[0]).toBe('NOERROR');
});

it('follows an external name', async () => {
  const alias = { name: 'www.example.test', type: 'CNAME', ttl: 20, data: 'host.example.test' };
  const { options } = upstreamsThat((_upstream, packet) => (decode(packet).questions[0]?.name === 'www.example.test' ? { answers: [alias, { ...A, name: 'host.example.test' }] } : { rcode: 3 }));
  const { ask } = await dnsOver(CLUSTER, options);
  expect(show((await ask(question('outside.default.svc.cluster.local', 'A')))!)).toEqual([
    'NOERROR aa', 'outside.default.svc.cluster.local 5 CNAME www.example.test', 'www.example.test 20 CNAME host.example.test', 'host.example.test 20 A 192.0.2.80',
  ]);
});

it('follows an external name to one that is not there', async () => {
  const { options } = upstreamsThat(() => ({ rcode: 3, authorities: [SOA] }));
  const { ask } = await dnsOver(CLUSTER, options);
  expect(show((await ask(question('outside.default.svc.cluster.local', 'AAAA')))!)).toEqual([
    'NXDOMAIN aa', 'outside.default.svc.cluster.local 5 CNAME www.example.test', 'authority: example.test 60 SOA ns.example.test root.example.test 10',
  ]);
});

it('does not ask an upstream any more that leads back here', async () => {
  const back: { ask?: (packet: Buffer) => Promise<Buffer | undefined> } = {};
  const asked: string[] = [];
  const udp: Exchange = async ({ address }, packet) => {
    asked.push(address);
    if (address === SECOND.address) return reply(packet, { answers: [A] });
    return (await back.ask?.(packet)) ?? Promise.reject(new Error('no answer'));
  };
  const { ask, upstreams } = await dnsOver([], { upstreams: [FIRST, SECOND], udp });
  back.ask = ask;
  // It waits for itself, as it would until the time is over.
  void ask(question('www.example.test', 'A'));
  await settle();
  expect(upstreams.inOrder()).toEqual([SECOND]);
  asked.length = 0;
  expect(show((await ask(question('other.example.test', 'A')))!)[0]).toBe('NOERROR');
  expect(asked).toEqual([SECOND.address]);
});

it.each<[string, (packet: Buffer) => Buffer, boolean]>([
  ['the answer', (packet) => reply(packet), true],
  ['one in another case', (packet) => Buffer.from(reply(packet).toString('latin1').replace('example', 'EXAMPLE'), 'latin1'), true],
  ['another id', (packet) => { const other = reply(packet); other[0]! ^= 1; return other; }, false],
  ['another question', (packet) => Buffer.from(reply(packet).toString('latin1').replace('example', 'exampla'), 'latin1'), false],
  ['the question itself', (packet) => packet, false],
  ['an answer that is cut off', (packet) => reply(packet, { answers: [A] }).subarray(0, -1), false],
  ['next to nothing', (packet) => packet.subarray(0, 4), false],
])('takes for an answer or not: %s', (_sentence, received, expected) => {
  const query = makeQuery('www.example.test', { type: 1, flags: 0, edns: undefined })!;
  const sent = forwardedPacket(query, false);
  expect(answersTo(sent, query.questionEnd, received(sent))).toBe(expected);
});

it.each([
  ['192.0.2.53', { address: '192.0.2.53', port: 53 }],
  ['192.0.2.53:5353', { address: '192.0.2.53', port: 5353 }],
  ['2001:db8::53', { address: '2001:db8::53', port: 53 }],
  ['[2001:db8::53]:5353', { address: '2001:db8::53', port: 5353 }],
])('reads the upstream %s', (text, expected) => {
  expect(parseUpstream(text)).toEqual(expected);
});

it.each(['', 'dns.example', '192.0.2.53:0', '192.0.2.53:x', '192.0.2.53:70000', '[192.0.2'])('reads no upstream in %j', (text) => {
  expect(() => parseUpstream(text)).toThrow(RangeError);
});
