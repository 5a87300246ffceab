import { messageTable, typeNameIn } from './message-table.js';

/** Whether Go's types leave a scalar field of a struct out of JSON when it is `''`, 0 or false: it is no pointer and need not be given. */
export function isOmittedZero(definition: string, name: string): boolean {
  const table = messageTable(definition);
  if (table === undefined) return false;
  const field = Object.hasOwn(table, name) ? table[name] : undefined;
  if (field !== undefined) return (field[2] ?? '') === '';
  return Object.values(table).some(([, type, mode]) => mode === 'inline' && isOmittedZero(typeNameIn(definition, type), name));
}
