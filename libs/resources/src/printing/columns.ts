import type { metaV1 } from '@gantry/api-types';
import type { TypedColumn } from '../define-kind.js';
import { since } from './duration.js';

type Cell<T> = TypedColumn<T>['cell'];

/** A column that is always shown. */
export function column<T>(name: string, description: string, cell: Cell<T>, type: TypedColumn<T>['type'] = 'string'): TypedColumn<T> {
  return { name, type, description, priority: 0, cell };
}

/** A column of `-o wide`. */
export function wideColumn<T>(name: string, description: string, cell: Cell<T>, type: TypedColumn<T>['type'] = 'string'): TypedColumn<T> {
  return { name, type, description, priority: 1, cell };
}

type Named = { metadata?: metaV1.ObjectMeta };

/** The object's name; its format tells kubectl to put the kind before it when several kinds are shown. */
export function nameColumn<T extends Named>(priority: 0 | 1 = 0): TypedColumn<T> {
  return { name: 'Name', type: 'string', format: 'name', description: 'The name of the object, unique in its namespace.', priority, cell: (object) => object.metadata?.name ?? '' };
}

/** How long ago the object was created. */
export function ageColumn<T extends Named>(): TypedColumn<T> {
  return column('Age', 'The time since the object was created.', (object, now) => since(object.metadata?.creationTimestamp, now));
}
