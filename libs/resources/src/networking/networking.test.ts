import type { networkingV1 } from '@gantry/api-types';
import { describe, expect, it, test } from 'vitest';
import { context, texts } from '../fixtures.suite.js';
import { ipAddressColumns } from './ip-address/columns.js';
import type { DefaultedIPAddress } from './ip-address/defaults.js';
import { ipAddressStrategy } from './ip-address/strategy.js';
import type { DefaultedServiceCIDR } from './service-cidr/defaults.js';
import { serviceCIDRStatusStrategy, serviceCIDRStrategy } from './service-cidr/strategy.js';

const parentRef = { group: '', resource: 'services', namespace: 'ns', name: 's' };

function address(name: string, spec: Partial<networkingV1.IPAddressSpec> = { parentRef }): DefaultedIPAddress {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name, uid: 'u', resourceVersion: '1' }, spec } as DefaultedIPAddress;
}

function range(...cidrs: string[]): DefaultedServiceCIDR {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'r', uid: 'u', resourceVersion: '1' }, spec: { cidrs }, status: {} };
}

describe('an IPAddress', () => {
  test.each<[string, DefaultedIPAddress, string[]]>([
    ['of each family', address('2001:db8::1'), []],
    ['that is none', address('x'), ['metadata.name: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['in another form', address('2001:DB8::1'), ['metadata.name: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")']],
    ['of nobody', address('10.0.0.1', {}), ['spec.parentRef: Required value']],
    ['of nothing with a name', address('10.0.0.1', { parentRef: { resource: '', name: '' } }), ['spec.parentRef.resource: Required value', 'spec.parentRef.name: Required value']],
  ])('%s', (_, object, expected) => {
    expect(texts(ipAddressStrategy.validate(object))).toEqual(expected);
  });

  it('stays whose it is', () => {
    const other = { ...parentRef, name: 't' };
    expect(texts(ipAddressStrategy.validateUpdate(address('10.0.0.1', { parentRef: other }), address('10.0.0.1')))).toEqual([`spec.parentRef: Invalid value: ${JSON.stringify(other)}: field is immutable`]);
  });

  it('shows whose it is', () => {
    const cell = (spec?: Partial<networkingV1.IPAddressSpec>): unknown => ipAddressColumns[1]!.cell(address('10.0.0.1', spec), 0);
    expect([cell(), cell({}), cell({ parentRef: { group: 'example.com', resource: 'things', name: 't' } })]).toEqual(['services/ns/s', '<none>', 'things.example.com/t']);
  });
});

describe('a ServiceCIDR', () => {
  test.each<[string, DefaultedServiceCIDR, string[]]>([
    ['of both families', range('10.0.0.0/16', '2001:db8::/64'), []],
    ['of nothing', range(), ['spec.cidrs: Required value: at least one CIDR required']],
    ['of three', range('10.0.0.0/16', '2001:db8::/64', '10.1.0.0/16'), ['spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/16","2001:db8::/64","10.1.0.0/16"]}: may only hold up to 2 values']],
    ['twice of one family', range('10.0.0.0/16', '10.1.0.0/16'), ['spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/16","10.1.0.0/16"]}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64']],
    ['that is none', range('10.0.0.0/33'), ['spec.cidrs[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ])('%s', (_, object, expected) => {
    expect(texts(serviceCIDRStrategy.validate(object))).toEqual(expected);
  });

  it('keeps its ranges, and its status apart', () => {
    const [object, old] = [range('10.1.0.0/16'), { ...range('10.0.0.0/16'), status: { conditions: [] } }];
    expect(texts(serviceCIDRStrategy.validateUpdate(object, old))).toEqual(['spec.cidrs: Invalid value: ["10.1.0.0/16"]: field is immutable']);
    serviceCIDRStrategy.prepareForUpdate(object, old, context);
    expect(object.status).toBe(old.status);
    serviceCIDRStatusStrategy.prepareForUpdate(object, old, context);
    expect(object.spec).toBe(old.spec);
  });
});
