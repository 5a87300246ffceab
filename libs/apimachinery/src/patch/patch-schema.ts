import { fieldSchema, patchMeta, resolveSchema } from '../schema/schema-model.js';
import type { Schema } from '../schema/schema.js';

/** What strategic merge patch must know of a type: how each of its fields is merged. */
export interface PatchSchema {
  /** undefined for a field that the type does not have, or of which nothing is known. */
  readonly field: (name: string) => PatchField | undefined;
}

/** How one field is merged. */
export interface PatchField {
  /** `merge`, `replace`, `retainKeys`; none: lists are replaced, objects merged. */
  readonly strategies: readonly string[];
  /** Of a list with the `merge` strategy: the field by which two elements are the same. */
  readonly mergeKey?: string;
  /** The type of the field's value, or of the elements of its list. */
  readonly schema: PatchSchema;
}

/** A type of which nothing is known: lists are replaced, objects merged. */
export const untypedPatchSchema: PatchSchema = { field: () => undefined };

/** The patch schema of an OpenAPI schema. Fields are looked up when they are asked for. */
export function patchSchemaOf(schema: Schema | undefined): PatchSchema {
  if (schema === undefined) return untypedPatchSchema;
  return {
    field: (name) => {
      const declared = fieldSchema(schema, name);
      return declared === undefined ? undefined : { ...patchMeta(declared), schema: patchSchemaOf(elementSchema(declared)) };
    },
  };
}

function elementSchema(schema: Schema): Schema {
  return resolveSchema(schema).items ?? schema;
}
