import { packagedEntries } from './model-files.js';

/** What a field of a message is beside one value that Go leaves out when it is zero. */
export type FieldMode = '' | 'repeated' | 'map' | 'inline' | 'explicit';

/** A message of the model: JSON field → number, type, mode. */
type MessageTable = Readonly<Record<string, readonly [number: number, type: string, mode?: FieldMode]>>;

const tables = packagedEntries<MessageTable>('protobuf');

/** The message of a definition (`io.k8s.api.core.v1.Pod`); undefined when the model has none. Reads its package's file at first use. */
export function messageTable(definition: string): MessageTable | undefined {
  return tables(definition);
}

/** The full name of a type that a table names: one without a dot is of the same package. Not for scalars. */
export function typeNameIn(definition: string, type: string): string {
  return type.includes('.') ? type : `${definition.slice(0, definition.lastIndexOf('.'))}.${type}`;
}
