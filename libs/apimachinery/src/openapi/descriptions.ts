import { readModelFile } from '../schema/model-files.js';
import type { Schema } from '../schema/schema.js';

/** field → text; that of the type itself stands under ''. */
type TypeDescriptions = Readonly<Record<string, string>>;

/** A schema with what is said of it. */
export type DescribedSchema = Schema & { readonly description?: string };

/** What is said of types and fields. Files are read when a type of their package is named, and forgotten with this: documents are built once. */
export class Descriptions {
  readonly #packages = new Map<string, Readonly<Record<string, TypeDescriptions>>>();

  /** The schema of a definition with what is said of it and of its fields; itself where nothing is. */
  describe(name: string, schema: Schema): DescribedSchema {
    const own = this.#of(name);
    if (own === undefined) return schema;
    const described: DescribedSchema = own[''] === undefined ? schema : { ...schema, description: own[''] };
    if (schema.properties === undefined) return described;
    const fields = Object.entries(schema.properties).map(([field, inner]) => [field, own[field] === undefined ? inner : { ...inner, description: own[field] }] as const);
    return { ...described, properties: Object.fromEntries(fields) };
  }

  #of(name: string): TypeDescriptions | undefined {
    const at = name.lastIndexOf('.');
    const packageName = name.slice(0, at);
    let types = this.#packages.get(packageName);
    if (types === undefined) this.#packages.set(packageName, (types = readModelFile<Record<string, TypeDescriptions>>(`descriptions/${packageName}.json`) ?? {}));
    return types[name.slice(at + 1)];
  }
}
