import { definition, encodeProtobuf, encodeYaml, resolveSchema, schemaOf } from '@gantry/apimachinery';
import type { GroupVersionKind, Schema } from '@gantry/apimachinery';
import type { Dice } from './fuzz-dice.suite.js';

const MAX_DEPTH = 9;
const TEXTS = ['a', 'b', 'web', 'a.b/c', '80', 'http', '10.0.0.1', 'TCP', '1Gi', '100m', '2026-01-02T03:04:05Z', '', 'x'.repeat(70), '\u00e4'];
const STRINGS: Readonly<Record<string, readonly string[]>> = { 'date-time': ['2026-01-02T03:04:05Z', '1969-12-31T23:59:59Z', 'x'], byte: ['dg==', '', '!'] };

/** A value that fits a schema more or less, of few fields: enough for every field of every kind to be met in a long run. */
function valueOf(dice: Dice, schema: Schema, depth: number): unknown {
  if (schema.enum !== undefined && dice.chance(0.9)) return dice.of(schema.enum);
  const target = resolveSchema(schema);
  if (target.oneOf !== undefined) return valueOf(dice, dice.of(target.oneOf), depth);
  switch (target.type) {
    case 'string': return dice.of(STRINGS[target.format ?? ''] ?? TEXTS);
    case 'integer': return dice.of([0, 1, -1, 80, 65_535, 2 ** 31, 9]);
    case 'number': return dice.of([0, 0.5, -1e9]);
    case 'boolean': return dice.chance(0.5);
    case 'array': return depth > MAX_DEPTH ? [] : Array.from({ length: dice.of([0, 1, 1, 2, 3]) }, () => valueOf(dice, target.items ?? {}, depth + 1));
    default: return depth > MAX_DEPTH ? {} : objectOf(dice, target, depth);
  }
}

function objectOf(dice: Dice, { properties, additionalProperties, required = [] }: Schema, depth: number): Record<string, unknown> {
  if (additionalProperties !== undefined) return Object.fromEntries(Array.from({ length: dice.below(3) }, () => [dice.of(TEXTS), valueOf(dice, additionalProperties, depth + 1)]));
  const probability = depth === 0 ? 0.8 : depth < 4 ? 0.35 : 0.15;
  const chosen = Object.entries(properties ?? {}).filter(([name]) => (required.includes(name) ? dice.chance(0.97) : dice.chance(probability)));
  return Object.fromEntries(chosen.map(([name, field]) => [name, valueOf(dice, field, depth + 1)]));
}

/** An object of a kind with fields from all over its schema. */
export function schemaObject(dice: Dice, kind: GroupVersionKind, metadata: object): Record<string, unknown> {
  const schema = schemaOf(kind) ?? definition('io.k8s.api.core.v1.Pod')!;
  const own = objectOf(dice, resolveSchema(schema), 0);
  return { ...own, apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`, kind: kind.kind, metadata: dice.chance(0.9) ? metadata : own['metadata'] };
}

/** The object as YAML. */
export function asYaml(object: unknown): Buffer {
  return Buffer.from(encodeYaml(object));
}

/** The object in protobuf; undefined where its fields are of types that have no such form. */
export function asProtobuf(object: Record<string, unknown>): Buffer | undefined {
  try {
    return Buffer.from(encodeProtobuf(object));
  } catch {
    return undefined;
  }
}
