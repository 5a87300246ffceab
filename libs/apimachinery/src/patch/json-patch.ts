import { newBadRequest, newRequestEntityTooLarge } from '../errors/constructors.js';
import { newGenericServerResponse } from '../errors/generic-response.js';
import { deepEqual } from '../meta/deep-equal.js';
import { cloneJson, getField, isJsonObject, setField } from './json-object.js';
import type { JsonObject } from './json-object.js';
import { listIndex, PatchPathError, pointerSteps } from './json-pointer.js';

/** Operations that one patch may have. */
export const jsonPatchOperationLimit = 10_000;

/** Bytes that the `copy` operations of one patch may add. */
const copiedBytesLimit = 3 * 1024 * 1024;

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
  if (!Array.isArray(patch)) throw newBadRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  if (patch.length > jsonPatchOperationLimit) {
    throw newRequestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${String(jsonPatchOperationLimit)}, got ${String(patch.length)}`);
  }
  for (const operation of patch) {
    if (!isJsonObject(operation)) throw newBadRequest(`error decoding patch: json: cannot unmarshal ${goKind(operation)} into Go value of type handlers.jsonPatchOp`);
  }
  return patch as readonly JsonPatchOperation[];
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A document in the course of a patch. It owns the document and may change it. */
class Application {
  private copiedBytes = 0;

  constructor(readonly document: JsonObject) {}

  apply(operation: JsonPatchOperation): void {
    switch (operation.op) {
      case 'add':
        return this.add(operation.path, cloneJson(operation.value ?? null));
      case 'remove':
        return void this.remove(operation.path);
      case 'replace':
        return this.replace(operation.path, cloneJson(operation.value ?? null));
      case 'move':
        return this.add(operation.path, this.remove(textOf(operation.from, 'from')));
      case 'copy':
        return this.copy(textOf(operation.from, 'from'), operation.path);
      case 'test':
        return this.test(operation.path, operation.value ?? null);
      default:
        throw new PatchPathError(`Unexpected kind: ${String(operation.op)}`);
    }
  }

  /** The list or object that holds the last step of a pointer, and that step. */
  private holder(pointer: string): [holder: JsonObject | unknown[], step: string] {
    const steps = pointerSteps(textOf(pointer, 'path'));
    const last = steps.pop();
    if (last === undefined) throw new PatchPathError('doc is missing path: ""');
    let place: unknown = this.document;
    for (const step of steps) place = child(place, step);
    if (Array.isArray(place) || isJsonObject(place)) return [place, last];
    throw new PatchPathError(`doc is missing path: "${pointer}"`);
  }

  private add(pointer: string, value: unknown): void {
    const [holder, step] = this.holder(pointer);
    if (!Array.isArray(holder)) setField(holder, step, value);
    else if (step === '-') holder.push(value);
    else holder.splice(listIndex(step, holder.length + 1), 0, value);
  }

  private remove(pointer: string): unknown {
    const [holder, step] = this.holder(pointer);
    if (Array.isArray(holder)) return holder.splice(listIndex(step, holder.length), 1)[0];
    if (!Object.hasOwn(holder, step)) throw new PatchPathError(`Unable to remove nonexistent key: ${step}`);
    const value = holder[step];
    delete holder[step];
    return value;
  }

  private replace(pointer: string, value: unknown): void {
    const [holder, step] = this.holder(pointer);
    if (Array.isArray(holder)) holder[listIndex(step, holder.length)] = value;
    else if (!Object.hasOwn(holder, step)) throw new PatchPathError(`replace operation does not apply: doc is missing key: ${pointer}`);
    else setField(holder, step, value);
  }

  private copy(from: string, to: string): void {
    const [holder, step] = this.holder(from);
    const value = cloneJson(child(holder, step));
    this.copiedBytes += JSON.stringify(value).length;
    if (this.copiedBytes > copiedBytesLimit) {
      throw new PatchPathError(`Unable to complete the copy, the accumulated size increase of copy is ${String(this.copiedBytes)}, exceeding the limit ${String(copiedBytesLimit)}`);
    }
    this.add(to, value);
  }

  /** A field that is not there equals null. */
  private test(pointer: string, expected: unknown): void {
    const [holder, step] = this.holder(pointer);
    const actual = Array.isArray(holder) ? child(holder, step) : (getField(holder, step) ?? null);
    if (!deepEqual(actual, expected)) throw new PatchPathError(`testing value ${pointer} failed`);
  }
}

function child(place: unknown, step: string): unknown {
  if (Array.isArray(place)) return place[listIndex(step, place.length)];
  if (isJsonObject(place) && Object.hasOwn(place, step)) return place[step];
  throw new PatchPathError(`doc is missing key: ${step}`);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new PatchPathError(`operation failed to decode ${name}`);
}
