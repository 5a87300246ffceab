import { isObject } from '../schema/json-value.js';
import type { ValueType } from './value-type.js';

/** Which of a type's forms a value is treated as. */
export type Form = 'map' | 'scalar' | 'list';

/** The form of the value where the type allows it; else the first that the type has, which then finds what is wrong. */
export function formOf(type: ValueType, value: unknown): Form {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      if (type.scalar !== undefined) return 'scalar';
      break;
    default:
      if (Array.isArray(value)) {
        if (type.list !== undefined) return 'list';
      } else if (isObject(value) && type.map !== undefined) return 'map';
  }
  if (type.map !== undefined) return 'map';
  return type.scalar === undefined ? 'list' : 'scalar';
}

/** True where a value says nothing of its form, so that either side's will do. */
function isWild(type: ValueType, value: unknown): boolean {
  return (value === null || value === undefined) && [type.scalar, type.list, type.map].filter((form) => form !== undefined).length > 1;
}

/** The forms in which two values of a type are looked at: mostly one. */
export function formsOf(type: ValueType, a: unknown, b: unknown): readonly [Form] | readonly [Form, Form] {
  if (b === undefined) return [formOf(type, a)];
  const form = formOf(type, b);
  if (a === undefined) return [form];
  const other = formOf(type, a);
  return other === form && isWild(type, a) === isWild(type, b) ? [form] : [other, form];
}

export function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) ? value : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Whether a map or list is absent, null or without anything in it. */
export function isVacant(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return true;
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
}
