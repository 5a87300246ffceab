import { parseLabelSelector } from '@gantry/apimachinery';
import type { coreV1 } from '@gantry/api-types';
import { expect, it } from 'vitest';
import { Indexer } from './indexer.js';
import { splitKey } from './keys.js';

const pod = (namespace: string, name: string, node?: string, labels: Record<string, string> = {}): coreV1.Pod => ({ metadata: { namespace, name, labels }, spec: { containers: [], nodeName: node } });
const byNode = (object: coreV1.Pod): string[] => (object.spec?.nodeName === undefined ? [] : [object.spec.nodeName]);
const names = (objects: coreV1.Pod[]): (string | undefined)[] => objects.map(({ metadata }) => metadata?.name).sort();

it('finds objects by key, namespace, labels and declared indexes, as they change', () => {
  const indexer = new Indexer<coreV1.Pod>({ node: byNode });
  indexer.set(pod('x', 'a', 'n1', { app: 'web' }));
  indexer.set(pod('x', 'b'));
  indexer.set(pod('y', 'a', 'n1'));
  expect(indexer.get('a', 'x')?.spec?.nodeName).toBe('n1');
  expect(indexer.get('a')).toBeUndefined();
  expect(names(indexer.list({ namespace: 'x' }))).toEqual(['a', 'b']);
  expect(names(indexer.list({ namespace: 'x', selector: parseLabelSelector('app=web') }))).toEqual(['a']);
  expect(indexer.byIndex('node', 'n1')).toHaveLength(2);
  indexer.set(pod('x', 'a', 'n2'));
  expect(names(indexer.byIndex('node', 'n1'))).toEqual(['a']);
  expect(names(indexer.byIndex('node', 'n2'))).toEqual(['a']);
  indexer.delete('x/a');
  expect(indexer.byIndex('node', 'n2')).toEqual([]);
  expect(indexer.size).toBe(2);
});

it('builds an index over what is there, and refuses one that nobody declared', () => {
  const indexer = new Indexer<coreV1.Pod>();
  indexer.set(pod('x', 'a', 'n1'));
  expect(() => indexer.byIndex('node', 'n1')).toThrow(RangeError);
  indexer.addIndexes({ node: byNode });
  expect(names(indexer.byIndex('node', 'n1'))).toEqual(['a']);
});

it('splits keys', () => {
  expect([splitKey('x/a'), splitKey('n')]).toEqual([{ namespace: 'x', name: 'a' }, { namespace: undefined, name: 'n' }]);
});
