import type { metaV1 } from '@gantry/api-types';
import type { FieldError } from '@gantry/apimachinery';
import type { Column, KindDescriptor, ScaleDescriptor, Strategy, StrategyContext } from './descriptor.js';

/** An object of the wire type `T`; the generic chain always gives it metadata. */
export type WithMetadata<T> = T & { metadata: metaV1.ObjectMeta };

/** `Strategy` of one kind, over its wire type. */
export interface TypedStrategy<T> extends Omit<Strategy, 'prepareForCreate' | 'validate' | 'prepareForUpdate' | 'validateUpdate' | 'warnings' | 'gracePeriodSeconds'> {
  readonly prepareForCreate: (object: T, context: StrategyContext) => void;
  readonly validate: (object: T) => FieldError[];
  readonly prepareForUpdate: (object: T, old: T, context: StrategyContext) => void;
  readonly validateUpdate: (object: T, old: T) => FieldError[];
  readonly warnings?: (object: T, old: T | undefined) => string[];
  readonly gracePeriodSeconds?: (object: T, requested: number | undefined) => number | undefined;
}

/** `Column` of one kind. */
export type TypedColumn<T> = Omit<Column, 'cell'> & { readonly cell: (object: T, now: number) => string | number | boolean | null };

/** `KindDescriptor` of one kind: `T` is an object behind `defaults`, which takes what a client sent. */
export interface TypedKind<T> extends Omit<KindDescriptor, 'defaults' | 'strategy' | 'statusStrategy' | 'scale' | 'columns' | 'selectableFields'> {
  readonly defaults: (object: T) => void;
  readonly strategy: TypedStrategy<T>;
  readonly statusStrategy?: TypedStrategy<T>;
  readonly scale?: Omit<ScaleDescriptor, 'selector'> & { readonly selector: (object: T) => string };
  readonly columns: readonly TypedColumn<T>[];
  readonly selectableFields: Readonly<Record<string, (object: T) => string>>;
}

/**
 * The descriptor of a kind whose functions are written over its wire type. This is the one place where an object that was
 * parsed is taken for one of its kind: the codec has checked its types against the kind's schema by then.
 */
export function defineKind<T>(kind: TypedKind<T>): KindDescriptor {
  return Object.freeze(kind) as unknown as KindDescriptor;
}
