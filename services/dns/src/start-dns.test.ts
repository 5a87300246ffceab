import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { settle, silentLogger } from '@gantry/async';
import { createFakeClient } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import { decode } from 'dns-packet';
import { expect, it, onTestFinished } from 'vitest';
import { startDns } from './start-dns.js';
import { question, show } from './testing/dig.suite.js';
import { CLUSTER } from './testing/objects.suite.js';
import { frame, FrameReader } from './wire/frames.js';

async function serve(options: { upstreams?: string[]; port?: number; hosts?: Record<string, string[]> } = {}) {
  const informers = createInformers({ client: createFakeClient(CLUSTER) });
  const { upstreams = [], port = 0, hosts } = options;
  const dns = startDns({
    informers, address: '127.0.0.1', port, clusterDomain: 'cluster.local', clusterCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16', upstreams, hosts, logger: silentLogger,
  });
  informers.start();
  onTestFinished(async () => {
    await dns.stop();
    await informers.stop();
  });
  return dns;
}

/** Sends packets from one socket and resolves to as many answers. */
async function exchange(port: number, packets: readonly Buffer[], count = packets.length): Promise<Buffer[]> {
  const socket = createSocket('udp4');
  const answers: Buffer[] = [];
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  socket.on('message', (answer) => {
    if (answers.push(answer) === count) resolve();
  });
  for (const packet of packets) socket.send(packet, port, '127.0.0.1');
  await complete.finally(() => socket.close());
  return answers;
}

const WEB = 'web.default.svc.cluster.local';

it('answers by UDP', async () => {
  const dns = await serve();
  await dns.ready;
  const [answer] = await exchange(dns.port, [question(WEB, 'A')]);
  expect(show(answer!)).toEqual(['NOERROR aa', `${WEB} 5 A 10.96.0.20`]);
});

it('answers A and AAAA that one socket asks at the same time, as the resolvers of musl and glibc do', async () => {
  const dns = await serve();
  await dns.ready;
  const answers = await exchange(dns.port, [question('kubernetes.default.svc.cluster.local', 'A', { id: 1 }), question('kubernetes.default.svc.cluster.local', 'AAAA', { id: 2 })]);
  const told = answers.map((answer) => decode(answer)).map(({ id, rcode, answers: records }) => `${id} ${rcode} ${records.length}`);
  expect(told.toSorted()).toEqual(['1 NOERROR 1', '2 NOERROR 0']);
});

it('answers a resolver that tries a search path', async () => {
  const dns = await serve();
  await dns.ready;
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${dns.port}`]);
  await expect(resolver.resolve4('web.default.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve4('web.default.svc.cluster.local')).resolves.toEqual(['10.96.0.20']);
  await expect(resolver.resolve6('kubernetes.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolveSrv('_https._tcp.kubernetes.default.svc.cluster.local')).resolves.toMatchObject([{ name: 'kubernetes.default.svc.cluster.local', port: 443, priority: 0, weight: 100 }]);
  await expect(resolver.reverse('10.96.0.1')).resolves.toEqual(['kubernetes.default.svc.cluster.local']);
});

it('answers many questions of one TCP connection, also those that came with the end of it', async () => {
  const dns = await serve();
  await dns.ready;
  const socket = connect(dns.port, '127.0.0.1');
  const reader = new FrameReader();
  const ids: number[] = [];
  socket.on('data', (chunk) => ids.push(...reader.push(chunk).map((packet) => decode(packet).id)));
  const questions = Buffer.concat(Array.from({ length: 200 }, (_none, id) => frame(question(WEB, 'A', { id }))));
  socket.write(questions.subarray(0, 101));
  socket.end(questions.subarray(101));
  await once(socket, 'close');
  expect(ids.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 200 }, (_none, id) => id));
});

it('answers on after packets that are none', async () => {
  const dns = await serve();
  await dns.ready;
  const noise = Array.from({ length: 200 }, (_none, length) => Buffer.alloc(length, 0xc0));
  const answers = await exchange(dns.port, [...noise, question(WEB, 'A', { id: 9 })], 1);
  expect(answers.map((answer) => decode(answer).id)).toEqual([9]);
});

/** More than one packet of UDP holds. */
const MANY = Array.from({ length: 100 }, (_none, index) => `192.0.2.${index}`);

it('forwards by UDP, and by TCP what does not fit there', async () => {
  const upstream = await serve({ hosts: { 'many.test': MANY, 'one.test': ['192.0.2.1'] } });
  await upstream.ready;
  const dns = await serve({ upstreams: [`127.0.0.1:${upstream.port}`] });
  await dns.ready;
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${dns.port}`]);
  await expect(resolver.resolve4('one.test')).resolves.toEqual(['192.0.2.1']);
  expect(new Set(await resolver.resolve4('many.test'))).toEqual(new Set(MANY));
});

it('leaves itself out of those that it asks', async () => {
  const first = await serve();
  await first.ready;
  await first.stop();
  const dns = await serve({ port: first.port, upstreams: [`127.0.0.1:${first.port}`] });
  await dns.ready;
  const [answer] = await exchange(dns.port, [question('www.example.test', 'A')]);
  expect(show(answer!)).toEqual(['SERVFAIL']);
});

it('is not ready where its address is taken, and holds nothing then', async () => {
  const first = await serve();
  await first.ready;
  const second = await serve({ port: first.port });
  await expect(second.ready).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('can be stopped while it waits for an upstream, without an answer to nobody', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const dns = await serve({ upstreams: [`127.0.0.1:${silent.address().port}`] });
  await dns.ready;
  const asked = once(silent, 'message');
  const client = createSocket('udp4');
  client.send(question('www.example.test', 'A'), dns.port, '127.0.0.1');
  await asked;
  await dns.stop();
  // An answer that is sent now would be an unhandled rejection, with which the run fails.
  await settle();
  client.close();
});

it('answers a connection on after thousands of empty questions', async () => {
  const dns = await serve();
  await dns.ready;
  const socket = connect(dns.port, '127.0.0.1');
  socket.end(Buffer.concat([Buffer.alloc(400_000), frame(question(WEB, 'A', { id: 3 }))]));
  const reader = new FrameReader();
  const ids: number[] = [];
  socket.on('data', (chunk) => ids.push(...reader.push(chunk).map((packet) => decode(packet).id)));
  await once(socket, 'close');
  expect(ids).toEqual([3]);
});

it('refuses a resolver that is no address', async () => {
  await expect(serve({ upstreams: ['dns.example'] })).rejects.toThrow(RangeError);
});
