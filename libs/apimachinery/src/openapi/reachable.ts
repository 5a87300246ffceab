import { definition } from '../schema/schema-model.js';
import type { Schema } from '../schema/schema.js';
import type { Operation } from './operations.js';

/** The definitions that operations name, and all that those refer to, in alphabetical order. */
export function reachableDefinitions(operations: readonly Operation[]): Map<string, Schema> {
  const found = new Map<string, Schema>();
  const pending = operations.flatMap(({ body, response }) => [body, response]).filter((name) => name !== undefined && name !== 'text') as string[];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const schema = found.has(name) ? undefined : definition(name);
    if (schema === undefined) continue;
    found.set(name, schema);
    collectReferences(schema, pending);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function collectReferences(schema: Schema, into: string[]): void {
  if (schema.$ref !== undefined) into.push(schema.$ref);
  for (const inner of [schema.items, schema.additionalProperties, ...(schema.oneOf ?? []), ...Object.values(schema.properties ?? {})]) {
    if (inner !== undefined) collectReferences(inner, into);
  }
}
