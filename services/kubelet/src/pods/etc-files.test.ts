import type { coreV1 } from '@gantry/api-types';
import { describe, expect, test } from 'vitest';
import { goDuration } from './duration.js';
import { hostnameOf, hostNetworkHostsFile, hostsFile, resolvConf } from './etc-files.js';

const pod = (spec: Partial<coreV1.PodSpec>): coreV1.Pod => ({ metadata: { name: 'web-0', namespace: 'shop', uid: 'u' }, spec: { containers: [], ...spec } });
const settings = { nodeResolvConf: 'nameserver 192.0.2.53\nsearch example.com\noptions timeout:2 ndots:1\n', clusterDns: ['10.96.0.10'], clusterDomain: 'cluster.local' };

describe('/etc/hosts', () => {
  test('has the pod by its name, by its name in its subdomain, and its aliases', () => {
    const text = hostsFile({ ips: ['10.244.1.2'], hostname: 'web-0', domain: 'web.shop.svc.cluster.local', aliases: [{ ip: '192.0.2.7', hostnames: ['db', 'cache'] }] });
    expect(text).toBe(
      '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n' +
        '10.244.1.2\tweb-0.web.shop.svc.cluster.local\tweb-0\n\n# Entries added by HostAliases.\n192.0.2.7\tdb\tcache\n',
    );
  });
  test('of a pod in the network of the node is the node own', () => {
    expect(hostNetworkHostsFile('127.0.0.1 localhost\n', [])).toBe('# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n');
  });
});

describe('/etc/resolv.conf', () => {
  test.each<[string, Partial<coreV1.PodSpec>, string]>([
    ['by default asks the cluster', {}, 'search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\noptions ndots:5\n'],
    ['under Default is as on the node', { dnsPolicy: 'Default' }, 'search example.com\nnameserver 192.0.2.53\noptions timeout:2 ndots:1\n'],
    ['in the network of the node is as on the node', { hostNetwork: true }, 'search example.com\nnameserver 192.0.2.53\noptions timeout:2 ndots:1\n'],
    ['in the network of the node may ask the cluster', { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, 'search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\noptions ndots:5\n'],
    ['under None is what the pod says', { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'], searches: ['a.example'], options: [{ name: 'edns0' }] } }, 'search a.example\nnameserver 192.0.2.1\noptions edns0\n'],
    ['takes additions, which win over options', { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } }, 'search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\noptions ndots:2\n'],
  ])('%s', (_, spec, text) => {
    expect(resolvConf(pod(spec), settings)).toBe(text);
  });
  test('has no more than resolvers take', () => {
    const searches = Array.from({ length: 40 }, (_, index) => `s${index}.example`);
    const text = resolvConf(pod({ dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], searches } }), settings);
    expect(text.match(/^nameserver .*$/gm)).toEqual(['nameserver 10.96.0.10', 'nameserver 192.0.2.1', 'nameserver 192.0.2.2']);
    expect(text.match(/^search (.*)$/m)?.[1]?.split(' ')).toHaveLength(32);
    const long = resolvConf(pod({ dnsPolicy: 'None', dnsConfig: { searches: [`${'a'.repeat(1500)}`, `${'b'.repeat(547)}`, 'c'] } }), settings);
    expect(long).toBe(`search ${'a'.repeat(1500)} ${'b'.repeat(547)}\n`);
  });
  test('is as on the node where the cluster has no DNS', () => {
    expect(resolvConf(pod({}), { ...settings, clusterDns: [] })).toContain('nameserver 192.0.2.53\n');
  });
});

test('the host name is the name of the pod, cut to 63 bytes, or what it asks for, or the node', () => {
  expect(hostnameOf(pod({}), 'n1')).toBe('web-0');
  expect(hostnameOf(pod({ hostname: 'db' }), 'n1')).toBe('db');
  expect(hostnameOf(pod({ hostNetwork: true }), 'n1')).toBe('n1');
  expect(hostnameOf({ metadata: { name: `${'a'.repeat(62)}-b`, namespace: 'd', uid: 'u' }, spec: { containers: [] } }, 'n1')).toBe('a'.repeat(62));
});

test.each([[0, '0s'], [350, '350ms'], [10_000, '10s'], [1500, '1.5s'], [80_000, '1m20s'], [300_000, '5m0s'], [3_600_000, '1h0m0s']])('%i ms are %s', (milliseconds, text) => {
  expect(goDuration(milliseconds)).toBe(text);
});
