import { newBadRequest, newRequestEntityTooLarge } from '../errors/constructors.js';
import { newGenericServerResponse } from '../errors/generic-response.js';
import { deepEqual } from '../meta/deep-equal.js';
import { goKind } from './directives.js';
import { cloneJson, getField, isJsonObject, setField } from './json-object.js';
import type { JsonObject } from './json-object.js';
import { decodedStep, listIndex, PatchPathError } from './json-pointer.js';

/** Operations that one patch may have. */
export const jsonPatchOperationLimit = 10_000;

const MISSING = 'missing value';

/** Bytes that the `copy` operations of one patch may add. */
const copiedBytesLimit = 3 * 1024 * 1024;

/** Elements of lists that the operations of one patch may move to make room or to close gaps. */
const movedElementsLimit = 100_000_000;

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * Applies a JSON patch; changes neither argument.
 * @throws StatusError 400 when the patch is no list of operations, 413 when it has too many, 422 when one does not apply
 */
export function applyJsonPatch(document: JsonObject, patch: unknown): unknown {
  const operations = checkedOperations(patch);
  const application = new Application(cloneJson(document));
  try {
    for (const operation of operations) application.apply(operation);
  } catch (error) {
    if (!(error instanceof PatchPathError)) throw error;
    throw unprocessable(error);
  }
  return application.document;
}

function unprocessable(cause: Error): Error {
  const refusal = newGenericServerResponse({ code: 422, body: cause.message });
  refusal.cause = cause;
  return refusal;
}

function checkedOperations(patch: unknown): readonly JsonPatchOperation[] {
  if (patch === null) return [];
  if (!Array.isArray(patch)) throw newBadRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  if (patch.length > jsonPatchOperationLimit) {
    throw newRequestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${String(jsonPatchOperationLimit)}, got ${String(patch.length)}`);
  }
  for (const operation of patch) {
    if (!isJsonObject(operation)) throw newBadRequest(`error decoding patch: json: cannot unmarshal ${goKind(operation)} into Go value of type handlers.jsonPatchOp`);
  }
  return patch as readonly JsonPatchOperation[];
}

type Holder = JsonObject | unknown[];

/** A document in the course of a patch. It owns the document and may change it. */
class Application {
  private copiedBytes = 0;
  private movedElements = 0;

  constructor(public document: unknown) {}

  apply(operation: JsonPatchOperation): void {
    switch (operation.op) {
      case 'add': return this.#add(operation);
      case 'remove': return this.#remove(operation);
      case 'replace': return this.#replace(operation);
      case 'move': return this.#move(operation);
      case 'copy': return this.#copy(operation);
      case 'test': return this.#test(operation);
      default: throw new PatchPathError(`Unexpected kind: ${typeof operation.op === 'string' ? operation.op : 'unknown'}`);
    }
  }

  #add({ path, value }: JsonPatchOperation): void {
    const pointer = textOf(path, () => `add operation failed to decode path: ${MISSING}`);
    const [holder, step] = this.#found(pointer, () => `add operation does not apply: doc is missing path: "${pointer}": ${MISSING}`);
    within(`error in add for path: '${pointer}'`, () => this.#insert(holder, step, cloneJson(value ?? null)));
  }

  #remove({ path }: JsonPatchOperation): void {
    const pointer = textOf(path, () => `remove operation failed to decode path: ${MISSING}`);
    const [holder, step] = this.#found(pointer, () => `remove operation does not apply: doc is missing path: "${pointer}": ${MISSING}`);
    within(`error in remove for path: '${pointer}'`, () => this.#take(holder, step));
  }

  #replace({ path, value = null }: JsonPatchOperation): void {
    const pointer = pathOf('replace', path);
    if (pointer === '') return this.#replaceAll(value);
    const [holder, step] = this.#found(pointer, () => `replace operation does not apply: doc is missing path: ${pointer}: ${MISSING}`);
    if (!Array.isArray(holder)) return setField(holder, step, cloneJson(value));
    holder[indexOr(() => `replace operation does not apply: doc is missing key: ${pointer}: ${MISSING}`, step, holder.length)] = cloneJson(value);
  }

  #replaceAll(value: unknown): void {
    if (typeof value !== 'object' || value === null) throw new PatchPathError('replace operation value must be object or array: %!w(<nil>)');
    this.document = cloneJson(value);
  }

  #move({ from, path }: JsonPatchOperation): void {
    const origin = textOf(from, () => `move operation failed to decode from: operation, missing from field: ${MISSING}`);
    const [holder, step] = this.#found(origin, () => `move operation does not apply: doc is missing from path: ${origin}: ${MISSING}`);
    const value = within(`error in move for path: '${step}'`, () => this.#take(holder, step));
    const target = pathOf('move', path);
    const [place, last] = this.#found(target, () => `move operation does not apply: doc is missing destination path: ${target}: ${MISSING}`);
    within(`error in move for path: '${target}'`, () => this.#insert(place, last, value));
  }

  #copy({ from, path }: JsonPatchOperation): void {
    const origin = textOf(from, () => `copy operation failed to decode from: operation, missing from field: ${MISSING}`);
    const [holder, step] = this.#found(origin, () => `copy operation does not apply: doc is missing from path: ${origin}: ${MISSING}`);
    const value = within(`error in copy for from: '${origin}'`, () => cloneJson(valueAt(holder, step) ?? null));
    const target = textOf(path, () => `copy operation failed to decode path: ${MISSING}`);
    const [place, last] = this.#found(target, () => `copy operation does not apply: doc is missing destination path: ${target}: ${MISSING}`);
    this.#count(value);
    within('error while adding value during copy', () => this.#insert(place, last, value));
  }

  #insert(holder: Holder, step: string, value: unknown): void {
    this.#countMoved(holder);
    insert(holder, step, value);
  }

  #take(holder: Holder, step: string): unknown {
    this.#countMoved(holder);
    return take(holder, step);
  }

  #countMoved(holder: Holder): void {
    if (!Array.isArray(holder)) return;
    this.movedElements += holder.length;
    if (this.movedElements > movedElementsLimit) throw newRequestEntityTooLarge(`The operations of a JSON patch may move at most ${String(movedElementsLimit)} elements of lists`);
  }

  #count(value: unknown): void {
    this.copiedBytes += value === null ? 0 : Buffer.byteLength(JSON.stringify(value));
    if (this.copiedBytes <= copiedBytesLimit) return;
    throw new PatchPathError(`Unable to complete the copy, the accumulated size increase of copy is ${String(this.copiedBytes)}, exceeding the limit ${String(copiedBytesLimit)}`);
  }

  /** A field that is not there equals null, and so does a value that is not given. */
  #test({ path, value }: JsonPatchOperation): void {
    const pointer = pathOf('test', path);
    const actual = pointer === '' ? this.document : this.#tested(pointer);
    if (!deepEqual(actual ?? null, value ?? null)) throw new PatchPathError(`testing value ${pointer} failed: test failed`);
  }

  #tested(pointer: string): unknown {
    const [holder, step] = this.#found(pointer, () => `test operation does not apply: is missing path: ${pointer}: ${MISSING}`);
    return within(`error in test for path: '${pointer}'`, () => valueAt(holder, step));
  }

  /** The list or object that holds the last step of a pointer, and that step. Throws where the way does not lead there. */
  #found(pointer: string, missing: () => string): [holder: Holder, step: string] {
    const [first, ...steps] = pointer.split('/').map(decodedStep);
    const last = steps.pop();
    if (first === undefined || last === undefined) throw new PatchPathError(missing());
    let place = this.document;
    for (const step of steps) place = placeAt(place, step);
    if (Array.isArray(place) || isJsonObject(place)) return [place, last];
    throw new PatchPathError(missing());
  }
}

function placeAt(place: unknown, step: string): unknown {
  try {
    return Array.isArray(place) || isJsonObject(place) ? valueAt(place, step) : undefined;
  } catch (error) {
    if (error instanceof PatchPathError) return undefined;
    throw error;
  }
}

function valueAt(holder: Holder, step: string): unknown {
  return Array.isArray(holder) ? holder[listIndex(step, holder.length)] : getField(holder, step);
}

function insert(holder: Holder, step: string, value: unknown): void {
  if (!Array.isArray(holder)) setField(holder, step, value);
  else if (step === '-') holder.push(value);
  else holder.splice(listIndex(step, holder.length + 1, `value was not a proper array index: '${step}': `), 0, value);
}

function take(holder: Holder, step: string): unknown {
  if (Array.isArray(holder)) return holder.splice(listIndex(step, holder.length), 1)[0];
  if (!Object.hasOwn(holder, step)) throw new PatchPathError(`Unable to remove nonexistent key: ${step}: ${MISSING}`);
  const value = holder[step];
  delete holder[step];
  return value;
}

function indexOr(message: () => string, step: string, length: number): number {
  try {
    return listIndex(step, length);
  } catch (error) {
    throw error instanceof PatchPathError ? new PatchPathError(message()) : error;
  }
}

/** Says of a failure where it was met. */
function within<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof PatchPathError ? new PatchPathError(`${where}: ${error.message}`) : error;
  }
}

function pathOf(kind: string, path: unknown): string {
  return textOf(path, () => `${kind} operation failed to decode path: operation missing path field: ${MISSING}`);
}

function textOf(value: unknown, missing: () => string): string {
  if (typeof value === 'string') return value;
  throw new PatchPathError(missing());
}
