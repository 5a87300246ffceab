import { apiVersionOf, decodeProtobuf, encodeProtobuf, encodeYaml, parseJson, parseYaml, schemaOf } from '@gantry/apimachinery';
import type { Schema } from '@gantry/apimachinery';
import { kinds } from '@gantry/resources';
import type { KindDescriptor } from '@gantry/resources';
import { keyOf } from '@gantry/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryOf } from '../../../../libs/apimachinery/src/codec/protobuf/arbitrary.suite.js';
import { storagePrefixOf } from '../registry/served-resource.js';
import { cacheOptions } from '../resources.js';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

/** What every kind that there is must pass: the list is the registry's. */
const every = kinds.map((kind) => ({ kind, name: `${apiVersionOf(kind)} ${kind.kind}` }));
/** Kinds whose stored bytes are the JSON that is served. */
const plain = every.filter(({ kind }) => kind.encrypted !== true && kind.storedAs === undefined);
const SAMPLES = { numRuns: 3 };
const forms = {
  'application/json': (bytes: Uint8Array) => parseJson(Buffer.from(bytes).toString()),
  'application/yaml': (bytes: Uint8Array) => parseYaml(Buffer.from(bytes).toString()).value,
  'application/vnd.kubernetes.protobuf': (bytes: Uint8Array) => decodeProtobuf(bytes),
} as const;
const writers: Readonly<Record<keyof typeof forms, (object: Record<string, unknown>) => Uint8Array>> = {
  'application/json': (object) => Buffer.from(JSON.stringify(object)),
  'application/yaml': (object) => Buffer.from(encodeYaml(object)),
  'application/vnd.kubernetes.protobuf': (object) => encodeProtobuf(object),
};
type Form = keyof typeof forms;
const formNames = Object.keys(forms) as Form[];

let test: TestApi;
const hashes = new Map(cacheOptions(kinds, { ringEvents: 1, ringBytes: 1, formsBytes: 1 }).map(({ prefix, form }) => [prefix, form.schemaHash]));
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

function collection({ group, version, resource, namespaced }: KindDescriptor): string {
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}/${namespaced ? 'namespaces/default/' : ''}${resource}`;
}

/** Objects of a kind with fields from all over its schema, and a name of their own. */
function objectsOf(kind: KindDescriptor): fc.Arbitrary<Record<string, unknown>> {
  let count = 0;
  return arbitraryOf(schemaOf(kind) as Schema).map((fields) => ({
    ...(fields as object), apiVersion: apiVersionOf(kind), kind: kind.kind,
    metadata: { name: `generated-${String(++count)}`, ...(kind.namespaced && { namespace: 'default' }), uid: 'u', creationTimestamp: '2026-01-02T03:04:05Z', labels: { generated: 'yes' } },
  }));
}

/** As it would be after a create that found nothing wrong with it. */
async function store(kind: KindDescriptor, { apiVersion, kind: name, metadata, ...rest }: Record<string, unknown>): Promise<string> {
  const head = `{"kind":${JSON.stringify(name)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":`;
  const tail = JSON.stringify(rest);
  const value = Buffer.from(`${head}${JSON.stringify(metadata)}${tail === '{}' ? '}' : `,${tail.slice(1)}`}`);
  const prefix = storagePrefixOf(kind);
  const { group, resource } = kind;
  const key = keyOf({ group, resource, name: (metadata as { name: string }).name, ...(kind.namespaced && { namespace: 'default' }) });
  await test.storage.write([{ type: 'put', key, expectedRevision: 0, value, spliceOffset: Buffer.byteLength(head) + 1, schemaHash: hashes.get(prefix)! }]);
  return key;
}

async function read(path: string, accept: string): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
  const { status, headers, body } = await test.admin.send({ method: 'GET', path, headers: { accept } });
  if (status !== 200) throw new Error(`${path} as ${accept}: ${String(status)} ${Buffer.from(body).toString()}`);
  return { type: headers['content-type']!, bytes: body };
}

describe('a stored object', () => {
  it.each(plain)('$name is the same in JSON, YAML and protobuf, alone, in a list and as metadata', async ({ kind }) => {
    await fc.assert(fc.asyncProperty(objectsOf(kind), async (object) => {
      const key = await store(kind, object);
      const { name } = object['metadata'] as { name: string };
      for (const form of formNames) {
        const one = forms[form]((await read(`${collection(kind)}/${name}`, form)).bytes) as Record<string, unknown>;
        const { metadata, ...fields } = one as { metadata: Record<string, unknown> };
        const { resourceVersion, ...rest } = metadata;
        expect({ ...fields, metadata: rest }).toEqual(object);
        expect(resourceVersion).toMatch(/^\d+$/);
        const list = forms[form]((await read(collection(kind), form)).bytes) as { kind: string; items: Record<string, unknown>[] };
        const item = list.items.find((candidate) => (candidate['metadata'] as { name: string }).name === name);
        expect([list.kind, { apiVersion: object['apiVersion'], kind: object['kind'], ...item }]).toEqual([kind.listKind, one]);
        for (const version of ['v1', 'v1beta1']) {
          const partial = forms[form]((await read(`${collection(kind)}/${name}`, `${form};as=PartialObjectMetadata;g=meta.k8s.io;v=${version}`)).bytes);
          expect(partial).toEqual({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata });
        }
      }
      const revision = (await test.storage.get(key)).value!.revision;
      await test.storage.write([{ type: 'delete', key, expectedRevision: revision }]);
    }), SAMPLES);
  });
});

/** Without what differs from answer to answer by itself, and without empty lists: a message has none. */
function settled(value: unknown): string {
  return JSON.stringify(value, (name, inner: unknown) => (Array.isArray(inner) && inner.length === 0 ? undefined : name === 'uid' || name === 'creationTimestamp' || name === 'time' || name === 'resourceVersion' ? 'any' : inner));
}

describe('a body', () => {
  it.each(every)('of $name says the same in JSON, YAML and protobuf, and is answered the same in each', async ({ kind }) => {
    await fc.assert(fc.asyncProperty(objectsOf(kind), async (object) => {
      const answers = await Promise.all(formNames.map(async (form) => {
        const { status, headers, body } = await test.admin.send({ method: 'POST', path: collection(kind), query: 'dryRun=All&fieldValidation=Strict', headers: { 'content-type': form, accept: form }, body: writers[form](object) });
        expect(headers['content-type']).toBe(form);
        return settled([status, forms[form](body)]);
      }));
      expect(JSON.parse(answers[0]!)[0]).toBeLessThan(500);
      expect(answers[1]).toBe(answers[0]);
      expect(JSON.parse(answers[2]!)).toEqual(JSON.parse(answers[0]!));
    }), SAMPLES);
  });
});
