import { describe, expect, it, test } from 'vitest';
import { applyStrategicMergePatch, patchSchemaOf, schemaOf } from '../index.js';
import type { JsonObject } from '../index.js';

const pod = patchSchemaOf(schemaOf({ group: '', version: 'v1', kind: 'Pod' }));
const deployment = patchSchemaOf(schemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' }));

const spec = (fields: JsonObject): JsonObject => ({ spec: fields });
const c = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more });

const cases: [sentence: string, original: JsonObject, patch: JsonObject, result: JsonObject][] = [
  ['merges containers by name', spec({ containers: [c('a', { image: 'x' }), c('b')] }), spec({ containers: [c('a', { image: 'y' })] }), spec({ containers: [c('a', { image: 'y' }), c('b')] })],
  ['puts a new container first', spec({ containers: [c('a')] }), spec({ containers: [c('n')] }), spec({ containers: [c('n'), c('a')] })],
  ['follows the order that the patch sets', spec({ containers: [c('a')] }), spec({ '$setElementOrder/containers': [c('a'), c('n')], containers: [c('n')] }), spec({ containers: [c('a'), c('n')] })],
  ['orders without a change', spec({ containers: [c('a'), c('b')] }), spec({ '$setElementOrder/containers': [c('b'), c('a')] }), spec({ containers: [c('b'), c('a')] })],
  [
    'keeps what only the server knows where it was',
    spec({ containers: [c('s'), c('a'), c('b')] }),
    spec({ '$setElementOrder/containers': [c('b'), c('a')], containers: [c('a', { image: 'y' })] }),
    spec({ containers: [c('s'), c('b'), c('a', { image: 'y' })] }),
  ],
  ['deletes an element by its key', spec({ containers: [c('a'), c('b')] }), spec({ containers: [{ name: 'a', $patch: 'delete' }] }), spec({ containers: [c('b')] })],
  ['replaces a list', spec({ containers: [c('a'), c('b')] }), spec({ containers: [c('n'), { $patch: 'replace' }] }), spec({ containers: [c('n')] })],
  ['deletes inside an element', spec({ containers: [c('a', { env: [c('X', { value: '1' }), c('Y')] })] }), spec({ containers: [c('a', { env: [{ name: 'X', $patch: 'delete' }] })] }), spec({ containers: [c('a', { env: [c('Y')] })] })],
  ['replaces a list without a strategy', spec({ containers: [c('a', { args: ['1', '2'] })] }), spec({ containers: [c('a', { args: ['3'] })] }), spec({ containers: [c('a', { args: ['3'] })] })],
  ['merges lists of scalars as sets', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { finalizers: ['c', 'b'] } }, { metadata: { finalizers: ['c', 'a', 'b'] } }],
  ['takes scalars out of a list', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }, { metadata: { finalizers: ['b'] } }],
  [
    'changes a list of scalars as kubectl does',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], '$setElementOrder/finalizers': ['n', 'b'], finalizers: ['n'] } },
    { metadata: { finalizers: ['n', 'b'] } },
  ],
  ['removes a field by null', { metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null } } }, { metadata: { labels: { b: '2' } } }],
  ['drops nulls of what is new', {}, { metadata: { labels: { a: null, b: '2' } } }, { metadata: { labels: { b: '2' } } }],
  ['replaces an object', { metadata: { labels: { a: '1' } } }, { metadata: { labels: { b: '2', $patch: 'replace' } } }, { metadata: { labels: { b: '2' } } }],
  ['empties an object', { metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'delete' } } }, { metadata: { labels: {} } }],
  ['does not add what is to be deleted', {}, { metadata: { $patch: 'delete' } }, {}],
  ['merges ports by number', spec({ containers: [c('a', { ports: [{ containerPort: 80 }] })] }), spec({ containers: [c('a', { ports: [{ containerPort: 80, name: 'web' }] })] }), spec({ containers: [c('a', { ports: [{ containerPort: 80, name: 'web' }] })] })],
  [
    'keeps only the retained keys of a volume',
    spec({ volumes: [c('v', { emptyDir: {} })] }),
    spec({ volumes: [c('v', { $retainKeys: ['name', 'configMap'], configMap: { name: 'm' } })] }),
    spec({ volumes: [c('v', { configMap: { name: 'm' } })] }),
  ],
  ['merges conditions by type', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
  ['merges owner references by uid', { metadata: { ownerReferences: [{ uid: '1' }, { uid: '2' }] } }, { metadata: { ownerReferences: [{ uid: '1', $patch: 'delete' }] } }, { metadata: { ownerReferences: [{ uid: '2' }] } }],
];

test.each(cases)('%s', (_sentence, original, patch, result) => {
  const before = JSON.stringify([original, patch]);
  expect(applyStrategicMergePatch(original, patch, pod)).toEqual(result);
  expect(JSON.stringify([original, patch])).toBe(before);
});

test('a strategy of a deployment keeps only what fits its type', () => {
  const original = spec({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
  const patch = spec({ strategy: { $retainKeys: ['type'], type: 'Recreate' } });
  expect(applyStrategicMergePatch(original, patch, deployment)).toEqual(spec({ strategy: { type: 'Recreate' } }));
});

test('an image set in a template of a deployment leaves the rest', () => {
  const original = spec({ template: { spec: { containers: [c('a', { image: 'x', env: [c('E')] })] } } });
  const patch = spec({ template: { spec: { containers: [c('a', { image: 'y' })] } } });
  expect(applyStrategicMergePatch(original, patch, deployment)).toEqual(spec({ template: { spec: { containers: [c('a', { image: 'y', env: [c('E')] })] } } }));
});

describe('refused with 400', () => {
  it.each<[string, JsonObject, string]>([
    ['an element without its key', spec({ containers: [{ image: 'x' }] }), 'map: map[image:x] does not contain declared merge key: name'],
    ['a directive that does not exist', spec({ containers: [{ name: 'a', $patch: 'merge' }] }), 'merging lists cannot yet be specified in the patch'],
    ['a field outside of the retained keys', spec({ $retainKeys: ['a'], b: 1 }), 'invalid patch format of retainKeys'],
    ['an order that lacks an element', spec({ '$setElementOrder/containers': [c('b')], containers: [c('a')] }), "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n"],
    ['an order that is no list', spec({ '$setElementOrder/containers': 'a' }), 'invalid patch format of setElementOrder list'],
  ])('%s', (_sentence, patch, message) => {
    expect(() => applyStrategicMergePatch(spec({ containers: [c('a')] }), patch, pod)).toThrowError(expect.objectContaining({ code: 400, message }) as Error);
  });
});
