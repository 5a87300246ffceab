import { expect, it } from 'vitest';
import { ENDPOINTSLICES } from '@gantry/client';
import { question, show } from '../testing/dig.suite.js';
import { dnsOver } from '../testing/dns-harness.suite.js';
import { CLUSTER, namespace, service, slice } from '../testing/objects.suite.js';

const SOA = 'authority: cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5';
const noData = ['NOERROR aa', SOA];
const noName = ['NXDOMAIN aa', SOA];

async function answers(name: string, type: string, objects: Parameters<typeof dnsOver>[0] = CLUSTER): Promise<string[]> {
  const { ask } = await dnsOver(objects);
  const [head = '', ...rest] = show((await ask(question(name, type), 'tcp'))!);
  // The order of equal records turns with every answer.
  return [head, ...rest.toSorted()];
}

it.each<[string, string, string, string[]]>([
  ['a Service has its address', 'web.default.svc.cluster.local', 'A', ['NOERROR aa', 'web.default.svc.cluster.local 5 A 10.96.0.20']],
  ['and that of the other family', 'web.default.svc.cluster.local', 'AAAA', ['NOERROR aa', 'web.default.svc.cluster.local 5 AAAA fd00::20']],
  ['no AAAA is no missing name', 'kubernetes.default.svc.cluster.local', 'AAAA', noData],
  ['a Service without endpoints has its address all the same', 'idle.default.svc.cluster.local', 'A', ['NOERROR aa', 'idle.default.svc.cluster.local 5 A 10.96.0.21']],
  ['a Service that is not there', 'nope.default.svc.cluster.local', 'A', noName],
  ['a Service of another namespace', 'web.other.svc.cluster.local', 'A', noName],
  ['the answer keeps the case of the question', 'WeB.Default.SVC.cluster.LOCAL', 'A', ['NOERROR aa', 'WeB.Default.SVC.cluster.LOCAL 5 A 10.96.0.20']],
  ['a headless Service has its ready endpoints', 'db.other.svc.cluster.local', 'A', [
    'NOERROR aa', 'db.other.svc.cluster.local 5 A 10.244.1.7', 'db.other.svc.cluster.local 5 A 10.244.2.7', 'db.other.svc.cluster.local 5 A 10.244.2.8',
  ]],
  ['a headless Service of IPv4 has no AAAA', 'db.other.svc.cluster.local', 'AAAA', noData],
  ['a headless Service without ready endpoints is not found', 'empty.default.svc.cluster.local', 'A', noName],
  ['unless it publishes those that are not ready', 'early.default.svc.cluster.local', 'A', ['NOERROR aa', 'early.default.svc.cluster.local 5 A 10.244.1.8']],
  ['an endpoint by its hostname', 'db-0.other.svc.cluster.local', 'A', noName],
  ['below its Service', 'db-0.db.other.svc.cluster.local', 'A', ['NOERROR aa', 'db-0.db.other.svc.cluster.local 5 A 10.244.1.7']],
  ['an endpoint without hostname by its address', '10-244-2-8.db.other.svc.cluster.local', 'A', ['NOERROR aa', '10-244-2-8.db.other.svc.cluster.local 5 A 10.244.2.8']],
  ['an endpoint with hostname not by its address', '10-244-1-7.db.other.svc.cluster.local', 'A', noName],
  ['an endpoint that is not ready', 'db-3.db.other.svc.cluster.local', 'A', noName],
  ['an endpoint of a Service with an address', '10-244-1-9.web.default.svc.cluster.local', 'A', ['NOERROR aa', '10-244-1-9.web.default.svc.cluster.local 5 A 10.244.1.9']],
  ['a named port of a Service', '_http._tcp.web.default.svc.cluster.local', 'SRV', [
    'NOERROR aa', '_http._tcp.web.default.svc.cluster.local 5 SRV 0 100 80 web.default.svc.cluster.local', 'additional: web.default.svc.cluster.local 5 A 10.96.0.20',
    'additional: web.default.svc.cluster.local 5 AAAA fd00::20',
  ]],
  ['a named port of UDP', '_dns._UDP.web.default.svc.cluster.local', 'SRV', [
    'NOERROR aa', '_dns._UDP.web.default.svc.cluster.local 5 SRV 0 100 53 web.default.svc.cluster.local', 'additional: web.default.svc.cluster.local 5 A 10.96.0.20',
    'additional: web.default.svc.cluster.local 5 AAAA fd00::20',
  ]],
  ['a port of the other protocol', '_http._udp.web.default.svc.cluster.local', 'SRV', noName],
  ['an address of a port that is there', '_http._tcp.web.default.svc.cluster.local', 'A', noData],
  ['the name above ports', '_tcp.web.default.svc.cluster.local', 'SRV', noData],
  ['no ports of that protocol', '_tcp.idle.default.svc.cluster.local', 'A', noName],
  ['ports of a headless Service lead to its endpoints', '_sql._tcp.db.other.svc.cluster.local', 'SRV', [
    'NOERROR aa', '_sql._tcp.db.other.svc.cluster.local 5 SRV 0 33 5433 10-244-2-8.db.other.svc.cluster.local', '_sql._tcp.db.other.svc.cluster.local 5 SRV 0 33 5433 db-0.db.other.svc.cluster.local',
    '_sql._tcp.db.other.svc.cluster.local 5 SRV 0 33 5433 db-1.db.other.svc.cluster.local', 'additional: 10-244-2-8.db.other.svc.cluster.local 5 A 10.244.2.8',
    'additional: db-0.db.other.svc.cluster.local 5 A 10.244.1.7', 'additional: db-1.db.other.svc.cluster.local 5 A 10.244.2.7',
  ]],
  ['the ports of one endpoint', 'db-0.db.other.svc.cluster.local', 'SRV', [
    'NOERROR aa', 'additional: db-0.db.other.svc.cluster.local 5 A 10.244.1.7', 'db-0.db.other.svc.cluster.local 5 SRV 0 100 5433 db-0.db.other.svc.cluster.local',
  ]],
  ['an external name', 'outside.default.svc.cluster.local', 'CNAME', ['NOERROR aa', 'outside.default.svc.cluster.local 5 CNAME www.example.test']],
  ['an external name of the cluster is followed', 'inside.default.svc.cluster.local', 'A', [
    'NOERROR aa', 'inside.default.svc.cluster.local 5 CNAME web.default.svc.cluster.local', 'web.default.svc.cluster.local 5 A 10.96.0.20',
  ]],
  ['an external name that is an address', 'digits.default.svc.cluster.local', 'A', noName],
  ['an external name has no endpoints', 'a.outside.default.svc.cluster.local', 'A', noName],
  ['external names that lead round in a circle', 'round.default.svc.cluster.local', 'A', ['SERVFAIL']],
  ['an external name where nobody can be asked', 'outside.default.svc.cluster.local', 'A', ['SERVFAIL']],
  ['the address of a Service backwards', '20.0.96.10.in-addr.arpa', 'PTR', ['NOERROR aa', '20.0.96.10.in-addr.arpa 5 PTR web.default.svc.cluster.local']],
  ['the address of an endpoint backwards', '7.1.244.10.in-addr.arpa', 'PTR', ['NOERROR aa', '7.1.244.10.in-addr.arpa 5 PTR db-0.db.other.svc.cluster.local']],
  ['an address that nobody has', '99.1.244.10.in-addr.arpa', 'PTR', ['NXDOMAIN aa', 'authority: 244.10.in-addr.arpa 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5']],
  ['an endpoint that is not ready backwards', '9.2.244.10.in-addr.arpa', 'PTR', ['NXDOMAIN aa', 'authority: 244.10.in-addr.arpa 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5']],
  ['too many parts backwards', '1.7.1.244.10.in-addr.arpa', 'PTR', ['NXDOMAIN aa', 'authority: 244.10.in-addr.arpa 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5']],
  ['an address of others backwards', '1.2.0.192.in-addr.arpa', 'PTR', ['SERVFAIL']],
  ['a pod by its address', '10-244-1-7.other.pod.cluster.local', 'A', ['NOERROR aa', '10-244-1-7.other.pod.cluster.local 5 A 10.244.1.7']],
  ['a pod has no AAAA', '10-244-1-7.other.pod.cluster.local', 'AAAA', noData],
  ['a pod of IPv6', 'fd00--7.other.pod.cluster.local', 'AAAA', ['NOERROR aa', 'fd00--7.other.pod.cluster.local 5 AAAA fd00::7']],
  ['a pod in a namespace that is not there', '10-244-1-7.nope.pod.cluster.local', 'A', noName],
  ['a pod by what is no address', '10-244-1-300.other.pod.cluster.local', 'A', noName],
  ['the version of the schema', 'dns-version.cluster.local', 'TXT', ['NOERROR aa', 'dns-version.cluster.local 5 TXT "1.1.0"']],
  ['only that of it', 'dns-version.cluster.local', 'A', noData],
  ['the domain itself', 'cluster.local', 'A', noData],
  ['its start of authority', 'cluster.local', 'SOA', ['NOERROR aa', 'cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5']],
  ['its server', 'cluster.local', 'NS', ['NOERROR aa', 'cluster.local 5 NS ns.dns.cluster.local']],
  ['the address of its server', 'ns.dns.cluster.local', 'A', ['NOERROR aa', 'ns.dns.cluster.local 5 A 10.96.0.10']],
  ['names above Services', 'svc.cluster.local', 'A', noData],
  ['names above pods', 'pod.cluster.local', 'A', noData],
  ['a namespace', 'default.svc.cluster.local', 'A', noData],
  ['a namespace that is not there', 'nope.svc.cluster.local', 'A', noName],
  ['no wildcards', '*.default.svc.cluster.local', 'A', noName],
  ['no wildcards of namespaces', 'web.*.svc.cluster.local', 'A', noName],
  ['a name of the search path', 'www.example.test.default.svc.cluster.local', 'A', noName],
  ['a longer one', 'web.default.svc.cluster.local.default.svc.cluster.local', 'A', noName],
  ['one of the domain', 'example.test.cluster.local', 'A', noName],
  ['any type', 'web.default.svc.cluster.local', 'ANY', noData],
])('%s: %s %s', async (_sentence, name, type, expected) => {
  const [head, ...rest] = expected;
  expect(await answers(name, type)).toEqual([head, ...rest.toSorted()]);
});

it('tells an address once that is in two slices for a moment', async () => {
  const objects = [namespace('default'), service('a', { clusterIP: 'None' }), slice('a', [{ addresses: ['10.244.1.2'] }]), slice('a', [{ addresses: ['10.244.1.2'] }], { suffix: 'b' })];
  expect(await answers('a.default.svc.cluster.local', 'A', objects)).toEqual(['NOERROR aa', 'a.default.svc.cluster.local 5 A 10.244.1.2']);
});

it('follows what changes at once', async () => {
  const { ask, client, informers } = await dnsOver(CLUSTER);
  const headless = slice('db', [{ addresses: ['10.244.9.9'] }], { namespace: 'other' });
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  informers.informer(ENDPOINTSLICES).addHandler({ add: (_slice, initial) => void (initial || resolve()), update: () => resolve() });
  client.seed(headless);
  await changed;
  expect(show((await ask(question('db.other.svc.cluster.local', 'A')))!)).toEqual(['NOERROR aa', 'db.other.svc.cluster.local 5 A 10.244.9.9']);
});

it('begins with another endpoint each time', async () => {
  const { ask } = await dnsOver(CLUSTER);
  const firsts = new Set<string | undefined>();
  for (let turn = 0; turn < 3; turn += 1) firsts.add(show((await ask(question('db.other.svc.cluster.local', 'A')))!)[1]);
  expect(firsts.size).toBe(3);
});

it('fails for names of the cluster until it knows them', async () => {
  const { ask, sync } = await dnsOver(CLUSTER, { unsynced: true });
  for (const name of ['web.default.svc.cluster.local', 'nope.default.svc.cluster.local', '20.0.96.10.in-addr.arpa']) {
    expect(show((await ask(question(name, 'A')))!)).toEqual(['SERVFAIL']);
  }
  await sync();
  expect(show((await ask(question('web.default.svc.cluster.local', 'A')))!)[0]).toBe('NOERROR aa');
});

it('answers names of the hosts file', async () => {
  const { ask } = await dnsOver([], { hosts: { Registry: ['192.0.2.7', '2001:db8::7'] } });
  expect(show((await ask(question('registry', 'A')))!)).toEqual(['NOERROR aa', 'registry 3600 A 192.0.2.7']);
  expect(show((await ask(question('registry', 'AAAA')))!)).toEqual(['NOERROR aa', 'registry 3600 AAAA 2001:db8::7']);
  expect(show((await ask(question('registry', 'TXT')))!)).toEqual(['NOERROR aa']);
  expect(show((await ask(question('7.2.0.192.in-addr.arpa', 'PTR')))!)).toEqual(['NOERROR aa', '7.2.0.192.in-addr.arpa 3600 PTR Registry']);
});
