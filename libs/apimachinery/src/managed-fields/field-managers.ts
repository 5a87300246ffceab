import { MAX_JSON_DEPTH } from '../codec/json.js';
import { difference, EMPTY, isEmpty, MEMBER, nodeOf, recursiveDifference, setOf, sortedLevel, union } from './field-set.js';
import type { FieldSet } from './field-set.js';

type ManagerOperation = 'Apply' | 'Update';

/** An entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldSet;
  readonly subresource?: string;
}

/** Who manages which fields. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: ManagerOperation;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** Where it was read, if it still says the same. */
  readonly entry: ManagedFieldsEntry | undefined;
}

/** Who makes a request. */
export type RequestManager = Pick<FieldManager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** Managers of most objects. */
const FEW = 16;

/** Managed fields that cannot be read. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}

/** Fields that nobody manages. */
const UNMANAGED = setOf([
  ['f:apiVersion'], ['f:kind'], ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => ['f:metadata', `f:${name}`]),
]);

/** Without the fields that nobody manages and those that the request cannot change. */
export function manageable(set: FieldSet, ignored: FieldSet): FieldSet {
  return difference(isEmpty(ignored) ? set : recursiveDifference(set, ignored), UNMANAGED);
}

/** Whether both are one entry: who applies has one for all versions. */
export function isSameManager(a: RequestManager, b: RequestManager): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion);
}

/** The text by which upstream knows a manager; it orders by it. */
export function managerId({ manager, operation, apiVersion, subresource }: RequestManager): string {
  return JSON.stringify({ manager: manager || undefined, operation, apiVersion: operation === 'Apply' ? undefined : apiVersion, subresource: subresource || undefined });
}

/** The manager with another set; undefined when nothing is left. */
export function withSet(manager: FieldManager, set: FieldSet): FieldManager | undefined {
  if (set === manager.set) return manager;
  return isEmpty(set) ? undefined : { ...manager, set, entry: undefined };
}

/**
 * Reads entries. `isTrusted`: they were written by `encodeManagers`, so their sets are in order.
 * @throws ManagedFieldsError
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined, isTrusted: boolean): FieldManager[] {
  const managers = (entries ?? []).map((entry, index) => decodeEntry(entry, index, isTrusted));
  return managers.length > FEW ? lastOfEach(managers) : lastOfFew(managers);
}

/** Of entries that are one, the last counts, in the place of the first. */
function lastOfFew(all: readonly FieldManager[]): FieldManager[] {
  const managers: FieldManager[] = [];
  for (const manager of all) {
    const same = managers.findIndex((other) => isSameManager(other, manager));
    if (same < 0) managers.push(manager);
    else managers[same] = manager;
  }
  return managers;
}

function lastOfEach(all: readonly FieldManager[]): FieldManager[] {
  const managers = new Map<string, FieldManager>();
  for (const manager of all) managers.set(managerId(manager), manager);
  return [...managers.values()];
}

function decodeEntry(entry: ManagedFieldsEntry, index: number, isTrusted: boolean): FieldManager {
  const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType = '', fieldsV1 } = entry;
  if (operation !== 'Apply' && operation !== 'Update') throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  if (apiVersion === '') throw new ManagedFieldsError('apiVersion must not be empty');
  if (fieldsType === '') throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${String(index)}`);
  if (fieldsType !== 'FieldsV1') throw new ManagedFieldsError(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${String(index)}`);
  const set = isTrusted ? (fieldsV1 ?? EMPTY) : canonicalSet(fieldsV1);
  return { manager, operation, apiVersion, subresource, time, set, entry: set === fieldsV1 ? entry : undefined };
}

/** Entries in upstream's order; undefined for none. */
export function encodeManagers(managers: readonly FieldManager[]): ManagedFieldsEntry[] | undefined {
  if (managers.length === 0) return undefined;
  const ordered = managers.length === 1 ? managers : [...managers].sort(compareManagers);
  return ordered.map((manager) => manager.entry ?? encodeEntry(manager));
}

function encodeEntry({ manager, operation, apiVersion, time, set, subresource }: FieldManager): ManagedFieldsEntry {
  return {
    ...(manager !== '' && { manager }), operation, apiVersion, ...(time !== undefined && { time }), fieldsType: 'FieldsV1', fieldsV1: set,
    ...(subresource !== '' && { subresource }),
  };
}

function compareManagers(a: FieldManager, b: FieldManager): number {
  return compareText(a.operation, b.operation) || compareTimes(a, b) || compareText(a.manager, b.manager)
    || compareText(a.apiVersion, b.apiVersion) || compareText(a.subresource, b.subresource);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareTimes(a: FieldManager, b: FieldManager): number {
  if (a.time === b.time) return 0;
  return isPlainTime(a.time) && isPlainTime(b.time) ? compareText(a.time, b.time) : seconds(a) - seconds(b);
}

/** `2026-01-01T00:00:00Z`: such texts are in the order of their times. */
function isPlainTime(time: string | undefined): time is string {
  return time !== undefined && time.length === 20 && time.endsWith('Z');
}

/** Whole seconds since the epoch; 0 where no time is known. */
export function seconds({ time }: Pick<FieldManager, 'time'>): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

/**
 * A set that came from a client: elements in order and in their one form, without those of a kind that is not known.
 * @throws ManagedFieldsError
 */
function canonicalSet(given: unknown): FieldSet {
  if (given === undefined || given === null) return EMPTY;
  if (!isPlainObject(given)) throw new ManagedFieldsError('expected an object of fields');
  return withoutSelf(canonicalLevel(given));
}

function withoutSelf(level: FieldSet): FieldSet {
  return nodeOf(false, level) ?? EMPTY;
}

function canonicalLevel(given: Readonly<Record<string, unknown>>, depth = 0): FieldSet {
  if (depth > MAX_JSON_DEPTH) throw new ManagedFieldsError('exceeded max depth');
  const nodes = new Map<string, FieldSet>();
  for (const [name, under] of Object.entries(given)) {
    const element = name === '.' ? undefined : canonicalElement(name);
    if (element === undefined) continue;
    const node = isPlainObject(under) ? canonicalLevel(under, depth + 1) : MEMBER;
    const earlier = nodes.get(element);
    nodes.set(element, earlier === undefined ? node : union(earlier, node));
  }
  return nodeOf(Object.hasOwn(given, '.'), sortedLevel([...nodes])) ?? MEMBER;
}

function canonicalElement(name: string): string | undefined {
  if (name.length < 2) throw new ManagedFieldsError('key must be 2 characters long:');
  if (name[1] !== ':') throw new ManagedFieldsError(`missing colon: ${name}`);
  const content = name.slice(2);
  switch (name[0]) {
    case 'f': return name;
    case 'v': return `v:${elementJson(parsedElement(content))}`;
    case 'k': return `k:{${keyFields(parsedElement(content))}}`;
    case 'i': return indexElement(content);
    default: return undefined;
  }
}

function indexElement(content: string): string {
  if (/^[+-]?\d+$/.test(content)) return `i:${String(Number(content))}`;
  throw new ManagedFieldsError(`strconv.Atoi: parsing ${JSON.stringify(content)}: invalid syntax`);
}

function parsedElement(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new ManagedFieldsError(`parsing key as path element: ${(error as Error).message}`);
  }
}

function keyFields(key: unknown): string {
  const fields = isPlainObject(key) ? Object.entries(key) : [];
  return fields.sort((a, b) => compareText(a[0], b[0])).map(([name, value]) => `${JSON.stringify(name)}:${elementJson(value)}`).join(',');
}

function elementJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
