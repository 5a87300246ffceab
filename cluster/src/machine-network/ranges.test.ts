import { describe, expect, it } from 'vitest';
import { networkNames } from './names.js';
import { freeRange, nodeRange, rangeOfGateway } from './ranges.js';

describe('the range of the nodes', () => {
  it.each([
    ['is the first that there is', [], '172.31.240.0/24'],
    ['is the next where a network is there', ['10.0.0.0/8', '172.31.240.0/24', '172.31.241.7'], '172.31.242.0/24'],
    ['leaves room for a larger network', ['172.31.240.0/21'], '172.31.248.0/24'],
    ['is of another kind where an engine has all of that', ['172.31.0.0/16', '198.19.0.0/24'], '198.19.1.0/24'],
    ['is none where all are in use', ['172.16.0.0/12', '198.18.0.0/15'], undefined],
  ])('%s', (_, inUse, expected) => {
    expect(freeRange(inUse)?.cidr).toBe(expected);
  });

  it('gives the machine its first address and the nodes those that follow', () => {
    const range = nodeRange('172.31.241.0/24');
    expect([range.gateway, range.addressOf(1), range.addressOf(50)]).toEqual(['172.31.241.1', '172.31.241.2', '172.31.241.51']);
    expect(rangeOfGateway('172.31.241.1').cidr).toBe('172.31.241.0/24');
  });
});

describe('names in the kernel', () => {
  it('fit into what an interface may be called, and tell clusters of one name apart', () => {
    const name = 'a-cluster-with-the-longest-name-that-is-allowed';
    const [one, other] = [networkNames(`${name}-0badcafe`), networkNames(`${name}-0badcaff`)];
    for (const link of [one.bridge, one.linkOf('node-1'), one.linkOf('node-50')]) expect(link.length).toBeLessThanOrEqual(15);
    expect(one.bridge).not.toBe(other.bridge);
    expect(one.namespaceOf('node-2')).toBe(`gantry-${name}-0badcafe-node-2`);
  });
});
