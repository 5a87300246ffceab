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

/** The structs that Go embeds in a definition's on the way to a field that its JSON has itself: `VolumeSource` for a volume's `emptyDir`. */
export function embeddedStructs(definition: string, field: string): string[] {
  const table = messageTable(definition) ?? {};
  if (Object.hasOwn(table, field)) return [];
  for (const [, type, mode] of Object.values(table)) {
    const embedded = typeNameIn(definition, type);
    if (mode === 'inline' && holds(embedded, field)) return [embedded.slice(embedded.lastIndexOf('.') + 1), ...embeddedStructs(embedded, field)];
  }
  return [];
}

function holds(definition: string, field: string): boolean {
  const table = messageTable(definition) ?? {};
  return Object.hasOwn(table, field) || Object.values(table).some(([, type, mode]) => mode === 'inline' && holds(typeNameIn(definition, type), field));
}
