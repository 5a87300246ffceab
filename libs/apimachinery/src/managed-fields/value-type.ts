import { resolveSchema } from '../schema/schema-model.js';
import type { Schema } from '../schema/schema.js';

export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped';

/** What may stand at a place, as field management sees it: one of up to three forms. */
export interface ValueType {
  readonly scalar: ScalarType | undefined;
  readonly list: ListType | undefined;
  readonly map: MapType | undefined;
}

/** A field of a struct, or any key of a map. */
export interface FieldType {
  readonly type: ValueType;
  /** The field as an element of a path: `f:name`. */
  readonly element: string;
  /** False for a key of a map, which is owned by itself whatever stands under it. */
  readonly isDeclared: boolean;
  /** A struct that is part of its parent: there from the start, if only as `{}`. */
  readonly isEmbedded: boolean;
  /** A list or map that is there from the start, without elements. */
  readonly isAlwaysThere: boolean;
  /** The value that the field has from the start; undefined for most, which are absent then. */
  readonly zero: unknown;
}

/** Names of fields that are kept for a type; those of a struct are fewer. */
const REMEMBERED = 1024;
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/** A list, atomic or with elements of their own: scalars of a set, or objects by their keys. */
export class ListType {
  readonly isAtomic: boolean;
  /** None: a set of scalars. */
  readonly keys: readonly string[];
  #element: ValueType | undefined;
  #defaults: ReadonlyMap<string, unknown> | undefined;
  /** Texts of elements that have been met, by the key's value or the element itself. */
  readonly texts = new Map<string, string>();

  constructor(private readonly items: Schema | undefined, relation: { readonly isAtomic: boolean; readonly keys: readonly string[] }) {
    this.isAtomic = relation.isAtomic;
    this.keys = relation.keys;
  }

  get element(): ValueType {
    return (this.#element ??= this.items === undefined ? atomicType : valueTypeOf(this.items));
  }

  /** What a key is where an element leaves it out; undefined: it has no default. */
  keyDefault(key: string): unknown {
    this.#defaults ??= new Map(this.keys.map((name) => [name, this.items && resolveSchema(this.items).properties?.[name]?.default]));
    return this.#defaults.get(key);
  }
}

/** A struct or a map. */
export class MapType {
  readonly #fields = new Map<string, FieldType>();
  #element: ValueType | undefined;

  constructor(
    private readonly properties: Readonly<Record<string, Schema>> | undefined,
    private readonly required: readonly string[],
    private readonly values: Schema | 'deduced' | 'atomic' | undefined,
    readonly isAtomic: boolean,
  ) {}

  /** The same with another relation of its fields. */
  related(isAtomic: boolean): MapType {
    return new MapType(this.properties, this.required, this.values, isAtomic);
  }

  /** How the field of that name is typed; undefined where the struct has none of that name. */
  field(name: string): FieldType | undefined {
    return this.#fields.get(name) ?? this.#declared(name) ?? this.#keyed(name);
  }

  #declared(name: string): FieldType | undefined {
    if (this.properties === undefined || !Object.hasOwn(this.properties, name)) return undefined;
    const schema = this.properties[name]!;
    const isStruct = typeof schema.default === 'object' && schema.default !== null;
    const type = valueTypeOf(schema);
    const field: FieldType = {
      type, element: `f:${name}`, isDeclared: true, isEmbedded: isStruct && type.map !== undefined,
      isAlwaysThere: type.scalar === undefined && !isStruct && this.required.includes(name),
      zero: isZero(schema.default) ? schema.default : undefined,
    };
    this.#fields.set(name, field);
    return field;
  }

  #keyed(name: string): FieldType | undefined {
    const type = this.#elementType();
    if (type === undefined) return undefined;
    const field: FieldType = { type, element: `f:${name}`, isDeclared: false, isEmbedded: false, isAlwaysThere: false, zero: undefined };
    if (this.#fields.size >= REMEMBERED) this.#fields.clear();
    this.#fields.set(name, field);
    return field;
  }

  #elementType(): ValueType | undefined {
    if (this.#element === undefined && this.values !== undefined) {
      this.#element = this.values === 'deduced' ? deducedType : this.values === 'atomic' ? atomicType : valueTypeOf(this.values);
    }
    return this.#element;
  }
}

/** Anything; lists and maps of it are one value each. */
const atomicType: ValueType = { scalar: 'untyped', list: new ListType(undefined, { isAtomic: true, keys: [] }), map: new MapType(undefined, [], 'atomic', true) };

/** Anything of which nothing is declared: maps have fields of their own, lists are one value. */
export const deducedType: ValueType = { scalar: 'untyped', list: atomicType.list, map: new MapType(undefined, [], 'deduced', false) };

/** What a scalar that is no pointer has from the start; other defaults are given to it later. */
function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

const types = new WeakMap<Schema, ValueType>();

/** The type of a schema as its parent declares it. The same for the same schema. */
export function valueTypeOf(schema: Schema): ValueType {
  let type = types.get(schema);
  if (type === undefined) types.set(schema, (type = newType(schema)));
  return type;
}

function newType(schema: Schema): ValueType {
  if (schema.$ref === undefined) return ofSchema(schema, false);
  if (schema.$ref === QUANTITY) return scalarOf('untyped');
  if (schema.$ref === RAW_EXTENSION) return atomicType;
  const type = valueTypeOf(resolveSchema(schema));
  const relation = schema['x-kubernetes-map-type'];
  return relation === undefined || type.map === undefined ? type : { ...type, map: type.map.related(relation === 'atomic') };
}

function ofSchema(schema: Schema, keepsUnknown: boolean): ValueType {
  const keeps = keepsUnknown || schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema.type) {
    case undefined: return { scalar: 'untyped', list: listOf(schema), map: mapOf(schema, keeps) };
    case 'object': return { scalar: undefined, list: undefined, map: mapOf(schema, keeps) };
    case 'array': return { scalar: undefined, list: listOf(schema), map: undefined };
    case 'string': return scalarOf(schema.format === undefined || schema.format === 'byte' ? 'string' : 'untyped');
    case 'boolean': return scalarOf('boolean');
    default: return scalarOf('numeric');
  }
}

function scalarOf(scalar: ScalarType): ValueType {
  return { scalar, list: undefined, map: undefined };
}

function mapOf(schema: Schema, keepsUnknown: boolean): MapType {
  const { properties, required = [], additionalProperties } = schema;
  const isFree = additionalProperties === undefined && (keepsUnknown || properties === undefined || Object.keys(properties).length === 0);
  return new MapType(properties, required, isFree ? 'deduced' : additionalProperties, schema['x-kubernetes-map-type'] === 'atomic');
}

function listOf(schema: Schema): ListType {
  return new ListType(schema.items, listRelation(schema));
}

function listRelation(schema: Schema): { readonly isAtomic: boolean; readonly keys: readonly string[] } {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== undefined) return { isAtomic: listType === 'atomic', keys: (listType === 'map' && schema['x-kubernetes-list-map-keys']) || [] };
  const strategy = schema['x-kubernetes-patch-strategy'];
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  return { isAtomic: strategy !== 'merge' && strategy !== 'merge,retainKeys', keys: mergeKey === undefined ? [] : [mergeKey] };
}
