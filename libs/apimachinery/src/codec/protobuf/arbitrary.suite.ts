import fc from 'fast-check';
import { isFreeForm, resolveSchema } from '../../schema/schema-model.js';
import type { Schema } from '../../schema/schema.js';

const MAX_DEPTH = 5;
const text = fc.string({ minLength: 1, maxLength: 6 }).filter((value) => value !== '__proto__');
const json = fc.dictionary(text, fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minKeys: 1, maxKeys: 2 });
const seconds = fc.integer({ min: -60_000_000_000, max: 250_000_000_000 });
const timeText = (value: number): string => new Date(value * 1000).toISOString().slice(0, -5);

const byName: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  Time: seconds.map((value) => `${timeText(value)}Z`),
  MicroTime: fc.tuple(seconds, fc.integer({ min: 0, max: 999_999 })).map(([value, micros]) => `${timeText(value)}.${String(micros).padStart(6, '0')}Z`),
  Duration: fc.constantFrom('0s', '1h2m3s', '1.5ms'),
  Quantity: fc.constantFrom('0', '100m', '1Gi', '2'),
  IntOrString: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.string()),
};

/** Objects that a schema allows, without the zero values that a message cannot tell from absent fields. */
export function arbitraryOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const special = schema.$ref === undefined ? undefined : byName[schema.$ref.slice(schema.$ref.lastIndexOf('.') + 1)];
  if (special !== undefined) return special;
  const target = resolveSchema(schema);
  if (target.oneOf !== undefined) return fc.oneof(...target.oneOf.map((one) => arbitraryOf(one, depth)));
  if (isFreeForm(target)) return json;
  switch (target.type) {
    case 'array': return fc.array(arbitraryOf(target.items ?? {}, depth + 1), { minLength: 1, maxLength: 2 });
    case 'object': return target.additionalProperties === undefined ? objectOf(target, depth) : fc.dictionary(text, arbitraryOf(target.additionalProperties, depth + 1), { minKeys: 1, maxKeys: 2 });
    case 'integer': return integerOf(target);
    case 'number': return fc.double({ min: 0.5, noNaN: true, noDefaultInfinity: true });
    case 'boolean': return fc.constant(true);
    default: return target.format === 'byte' ? fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString('base64')) : text;
  }
}

function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(([name, field]) => (depth < MAX_DEPTH || isLeaf(field)) && !isTypeMeta(schema, name));
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, arbitraryOf(field, depth + 1)])), { requiredKeys: [] });
}

/** The type of an object stands in the envelope, never in a message. */
function isTypeMeta(schema: Schema, field: string): boolean {
  return (field === 'apiVersion' || field === 'kind') && schema['x-kubernetes-group-version-kind'] !== undefined;
}

function isLeaf(schema: Schema): boolean {
  return schema.$ref === undefined && schema.type !== 'object' && schema.type !== 'array';
}

function integerOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.format === 'int32') return fc.integer({ min: -(2 ** 31), max: -1 });
  return fc.oneof(fc.maxSafeInteger().filter((value) => value !== 0), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }));
}
