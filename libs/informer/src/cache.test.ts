import { silentLogger, type Logger } from '@gantry/async';
import type { coreV1 } from '@gantry/api-types';
import { describe, expect, it } from 'vitest';
import { InformerCache } from './cache.js';
import type { ChangeType } from './source.js';
import { configMap } from './transcript.suite.js';

const at = (name: string, revision: number, uid = name): coreV1.ConfigMap => {
  const object = configMap(name, String(revision));
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(revision) } };
};

function setup(logger: Logger = silentLogger) {
  const cache = new InformerCache<coreV1.ConfigMap>({}, logger);
  const lines: string[] = [];
  cache.addHandler({
    add: ({ metadata }) => lines.push(`add ${metadata?.name} ${metadata?.resourceVersion}`),
    update: ({ metadata }) => lines.push(`update ${metadata?.name} ${metadata?.resourceVersion}`),
    delete: ({ metadata }) => lines.push(`delete ${metadata?.name} ${metadata?.resourceVersion}`),
  });
  return { cache, lines };
}

type Event = [type: ChangeType, object: coreV1.ConfigMap, revision?: number];

describe('informer cache', () => {
  it.each<[sentence: string, events: Event[], lines: string[]]>([
    ['shows a repeated event once', [['ADDED', at('a', 5)], ['ADDED', at('a', 5)], ['MODIFIED', at('a', 6)], ['MODIFIED', at('a', 6)]], ['add a 5', 'update a 6']],
    ['does not bring back what was deleted', [['ADDED', at('a', 5)], ['DELETED', at('a', 7)], ['MODIFIED', at('a', 6)], ['ADDED', at('a', 5)]], ['add a 5', 'delete a 7']],
    ['does not go back to an older state', [['ADDED', at('a', 5)], ['MODIFIED', at('a', 7)], ['MODIFIED', at('a', 6)]], ['add a 5', 'update a 7']],
    ['ignores the delete of what it never had', [['DELETED', at('a', 5)]], []],
    ['takes another object of the name for another', [['ADDED', at('a', 5)], ['MODIFIED', at('a', 7, 'another')]], ['add a 5', 'delete a 5', 'add a 7']],
    [
      'ignores changes of an object up to the state that was read later, and no others',
      [['MODIFIED', at('a', 9), 5], ['MODIFIED', at('b', 6)], ['DELETED', at('a', 7)], ['ADDED', at('a', 8)], ['MODIFIED', at('a', 10)]],
      ['add a 9', 'add b 6', 'update a 10'],
    ],
    ['ignores what is not newer than the list', [['MODIFIED', at('a', 4)]], []],
  ])('%s', (_sentence, events, expected) => {
    const { cache, lines } = setup();
    cache.replace([], 4);
    for (const event of events) cache.apply(...event);
    expect(lines).toEqual(expected);
  });

  it('finds by a list what is new, changed and gone, and nothing else', () => {
    const { cache, lines } = setup();
    cache.replace([at('a', 1), at('b', 2), at('c', 3)], 3);
    lines.splice(0);
    cache.replace([at('a', 1), at('b', 5), at('d', 6)], 6);
    expect(lines).toEqual(['delete c 3', 'update b 5', 'add d 6']);
  });

  it('tells all handlers although one fails, and says so', () => {
    const errors: string[] = [];
    const { cache, lines } = setup({ ...silentLogger, error: (_fields, message) => errors.push(message) });
    cache.addHandler({
      add: () => {
        throw new Error('mine');
      },
    });
    cache.replace([at('a', 1)], 1);
    expect([lines, errors]).toEqual([['add a 1'], ['a handler of an informer failed']]);
  });
});
