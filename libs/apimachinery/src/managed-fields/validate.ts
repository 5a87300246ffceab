import { goMap } from '../patch/directives.js';
import { asList, asMap, formOf } from './atom.js';
import { elementText, itemElement, TypedValueError } from './path-element.js';
import type { ListType, MapType, ScalarType, ValueType } from './value-type.js';

/**
 * What is wrong with an applied configuration, in upstream's words; undefined: nothing. Unlike the decoder's check it refuses unknown
 * fields and items that are there twice.
 */
export function typedProblem(type: ValueType, value: unknown): string | undefined {
  const problems: string[] = [];
  check(type, value, '', problems);
  if (problems.length < 2) return problems[0];
  return `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
}

function check(type: ValueType, value: unknown, at: string, problems: string[]): void {
  switch (formOf(type, value)) {
    case 'scalar': return checkScalar(type.scalar!, value, at, problems);
    case 'map': return checkMap(type.map!, value, at, problems);
    case 'list': return checkList(type.list!, value, at, problems);
  }
}

function report(problems: string[], at: string, problem: string): void {
  problems.push(at === '' ? problem : `${at}: ${problem}`);
}

function checkScalar(type: ScalarType, value: unknown, at: string, problems: string[]): void {
  if (value === null) return;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (type === 'numeric' && !isNumber) report(problems, at, `expected numeric (int or float), got ${goType(value)}`);
  else if (type === 'string' && typeof value !== 'string') report(problems, at, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  else if (type === 'boolean' && typeof value !== 'boolean') report(problems, at, `expected boolean, got &{${goMap(value)}}`);
  else if (type === 'untyped' && typeof value === 'object') report(problems, at, `expected any scalar, got &{${goMap(value)}}`);
}

function checkMap(type: MapType, value: unknown, at: string, problems: string[]): void {
  if (value === null) return;
  const map = asMap(value);
  if (map === undefined) return report(problems, at, `expected map, got &{${goMap(value)}}`);
  for (const name of Object.keys(map)) {
    const field = type.field(name);
    if (field === undefined) return report(problems, `${at}.${name}`, 'field not declared in schema');
    check(field.type, map[name], `${at}.${name}`, problems);
  }
}

function checkList(type: ListType, value: unknown, at: string, problems: string[]): void {
  if (value === null) return;
  const list = asList(value);
  if (list === undefined) return report(problems, at, `expected list, got &{${goMap(value)}}`);
  const met = new Set<string>();
  for (const [index, item] of list.entries()) {
    const element = type.isAtomic ? `i:${String(index)}` : identified(type, item, index, at, problems);
    if (element === undefined) return;
    if (met.has(element)) report(problems, at, `duplicate entries for key ${elementText(element)}`);
    met.add(element);
    check(type.element, item, `${at}${elementText(element)}`, problems);
  }
}

function identified(type: ListType, item: unknown, index: number, at: string, problems: string[]): string | undefined {
  try {
    return itemElement(type, item);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    report(problems, at, `element ${String(index)}: ${error.message}`);
    return undefined;
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (value === null) return 'interface {}(nil)';
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => `${JSON.stringify(name)}:${goSyntax(inner)}`);
  return `map[string]interface {}{${fields.join(', ')}}`;
}
