import { describe, expect, it } from 'vitest';
import { capacityOf } from './capacity.js';
import { nodeNames, nodeNumber } from './node-names.js';
import { surplusOf } from './surplus-nodes.js';

describe('names of nodes', () => {
  it('count from one', () => {
    expect(nodeNames(2)).toEqual(['node-1', 'node-2']);
    expect(nodeNames(1, 'hollow')).toEqual(['hollow-1']);
  });

  it.each([
    ['node-12', 12],
    ['node-0', undefined],
    ['node-1x', undefined],
    ['hollow-1', undefined],
    ['node-01', undefined],
  ])('%s is of number %s', (name, number) => {
    expect(nodeNumber(name)).toBe(number);
  });

  it('that are beyond the count are surplus, others never', () => {
    expect(surplusOf(['node-10', 'node-3', 'node-1', 'node-3', 'hollow-9', 'mine'], 2)).toEqual(['node-3', 'node-10']);
  });
});

describe('the capacity of nodes that share a machine', () => {
  it.each([
    [1, { cpu: '2', memory: '8388608Ki', pods: '110' }],
    [2, { cpu: '1', memory: '4194304Ki', pods: '110' }],
    [3, { cpu: '666m', memory: '2796202Ki', pods: '110' }],
  ])('is divided among %d', (nodes, capacity) => {
    expect(capacityOf({ cpus: 2, memoryBytes: 8 * 2 ** 30 }, nodes)).toEqual(capacity);
  });
});
