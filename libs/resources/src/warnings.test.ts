import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KindDescriptor, ResourceObject } from './descriptor.js';
import { kinds } from './kinds.js';

/** The expected texts are what a kube-apiserver of 1.36 answered. */
const kindOf = (name: string): KindDescriptor => kinds.find(({ kind }) => kind === name)!;

function warningsOf(kind: string, object: object, old?: object, status = false): string[] {
  const descriptor = kindOf(kind);
  const made = (wish: object): ResourceObject => {
    const value = { metadata: { name: 'a', generation: 1 }, ...structuredClone(wish) } as unknown as ResourceObject;
    descriptor.defaults(value);
    return value;
  };
  return (status ? descriptor.statusStrategy! : descriptor.strategy).warnings?.(made(object), old && made(old)) ?? [];
}

const template = (spec: object): object => ({ metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });
const negative = { spec: { selector: { matchLabels: { a: 'b' } }, template: template({ terminationGracePeriodSeconds: -1 }) } };
const text = (at: string): string => `${at}.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`;

describe('a template of pods', () => {
  it.each([['Deployment', negative, 'spec.template'], ['ReplicaSet', negative, 'spec.template'], ['ReplicationController', negative, 'spec.template'], ['PodTemplate', { template: template({ terminationGracePeriodSeconds: -1 }) }, 'template']])('of a %s is looked at when it is new, and when it changes', (kind, object, at) => {
    expect(warningsOf(kind, object)).toEqual([text(at)]);
    expect(warningsOf(kind, object, object)).toEqual([]);
    expect(warningsOf(kind, { ...object, metadata: { name: 'a', generation: 2 } }, object)).toEqual([text(at)]);
  });
});

describe('warnings', () => {
  const kept = 'kubernetes.io/enforce-mountable-secrets';
  const sparse = (place: string, given: string, canonical: string, what = 'address'): string => `${place}: IPv6 ${what} "${given}" should be in RFC 5952 canonical format ("${canonical}")`;
  const service = (spec: object): object => ({ spec: { ports: [{ port: 80 }], ...spec } });
  it.each([
    ['a pod that is no label', 'Pod', { ...template({}), metadata: { name: 'a.b' } }, undefined, ["metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"]],
    ['a pod that changes nothing', 'Pod', template({ terminationGracePeriodSeconds: -1 }), template({}), []],
    ['a node of other times', 'Node', { spec: { externalID: 'x', configSource: {}, podCIDRs: ['1:0::/64'] } }, undefined, ['spec.configSource: the feature is removed', 'spec.externalID: this field is deprecated, and is unused by Kubernetes', sparse('spec.podCIDRs[0]', '1:0::/64', '1::/64', 'CIDR value')]],
    ['a quota that contradicts itself', 'ResourceQuota', { spec: { hard: { 'requests.cpu': '2', 'limits.cpu': '1', memory: '2Gi', 'limits.memory': '1Gi', 'requests.ephemeral-storage': '1', 'limits.ephemeral-storage': '1' } } }, undefined, ['ResourceQuota requests.cpu (2) should be less than limits.cpu (1)', 'ResourceQuota memory (2Gi) should be less than limits.memory (1Gi)']],
    ['an account that holds secrets back', 'ServiceAccount', { metadata: { name: 'a', annotations: { [kept]: 'true' } } }, undefined, [`metadata.annotations[${kept}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]],
    ['an account that did so before', 'ServiceAccount', { metadata: { name: 'a', annotations: { [kept]: 'true' } } }, { metadata: { name: 'a', annotations: { [kept]: 'true' } } }, []],
    ['a slice of domains', 'EndpointSlice', { addressType: 'FQDN', endpoints: [{ addresses: ['a.b'] }] }, undefined, ['spec.addressType: FQDN endpoints are deprecated']],
    ['a slice of addresses', 'EndpointSlice', { addressType: 'IPv6', endpoints: [{ addresses: ['1:0::1'] }] }, undefined, [sparse('endpoints[0].addresses[0]', '1:0::1', '1::1')]],
    ['a slice of the controller', 'EndpointSlice', { metadata: { name: 'a', labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } }, addressType: 'IPv6', endpoints: [{ addresses: ['1:0::1'] }] }, undefined, []],
    ['addresses outside', 'Service', service({ externalIPs: ['1.2.3.4', '1:0:0::1'] }), undefined, [sparse('spec.externalIPs[1]', '1:0:0::1', '1::1'), 'spec.externalIPs is deprecated and may no longer be implemented in some clusters']],
    ['a name outside that is none', 'Service', service({ externalName: 'a.b' }), undefined, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    ['a preference under its old name', 'Service', service({ trafficDistribution: 'PreferClose' }), undefined, ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']],
    ['a load balancer', 'Service', service({ type: 'LoadBalancer', loadBalancerIP: 'FF:0::1', loadBalancerSourceRanges: ['1:0::/64'] }), undefined, [sparse('spec.loadBalancerIP', 'FF:0::1', 'ff::1'), sparse('spec.loadBalancerSourceRanges[0]', '1:0::/64', '1::/64', 'CIDR value')]],
  ])('of %s', (_what, kind, object, old, expected) => {
    expect(warningsOf(kind, object, old)).toEqual(expected);
  });

  it('of a status are about what it says', () => {
    expect(warningsOf('Service', service({ externalIPs: ['1.2.3.4'], type: 'LoadBalancer' }), service({}), true)).toEqual([]);
    expect(warningsOf('Service', { ...service({}), status: { loadBalancer: { ingress: [{ ip: '1:0::1' }] } } }, service({}), true)).toEqual([sparse('status.loadBalancer.ingress[0]', '1:0::1', '1::1')]);
    expect(warningsOf('Pod', { ...template({}), status: { podIPs: [{ ip: '1:0::1' }], hostIPs: [{ ip: '1.2.3.4' }] } }, template({}), true)).toEqual([sparse('status.podIPs[0].ip', '1:0::1', '1::1')]);
    expect(warningsOf('Node', { spec: { externalID: 'x' } }, { spec: {} }, true)).toEqual([]);
  });
});

describe('a secret of a certificate', () => {
  const block = (type: string, content = 'AAAA'): string => `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  it.each([
    ['neither', '', '', 'tls: failed to find any PEM data in certificate input'],
    ['a key in place of a certificate', key, block('CERTIFICATE'), 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'],
    ['something else', block('FOO'), key, 'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [FOO]'],
    ['no key', block('CERTIFICATE'), 'x', 'tls: failed to find any PEM data in key input'],
    ['a certificate in place of a key', block('CERTIFICATE'), block('CERTIFICATE'), 'tls: found a certificate rather than a key in the PEM for the private key'],
    ['a certificate that is none', block('CERTIFICATE'), key, 'x509: malformed certificate'],
  ])('with %s is stored with a warning', (_what, certificate, keyText, expected) => {
    const data = { 'tls.crt': Buffer.from(certificate).toString('base64'), 'tls.key': Buffer.from(keyText).toString('base64') };
    expect(warningsOf('Secret', { type: 'kubernetes.io/tls', data })).toEqual([expected]);
    expect(warningsOf('Secret', { type: 'Opaque', data })).toEqual([]);
  });
});
