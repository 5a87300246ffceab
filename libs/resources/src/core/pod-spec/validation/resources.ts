import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, isQualifiedName, QuantityError, quantityOf, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath, Quantity } from '@gantry/apimachinery';

const standard: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const hugePages = 'hugepages-';

/** Requests and limits of a container. */
export function validateResources({ limits, requests }: coreV1.ResourceRequirements, at: FieldPath, errors: FieldError[]): void {
  for (const name in limits) {
    const limit = validateEntry(name, limits, at.child('limits').key(name), errors);
    if (name.startsWith(hugePages)) validatePages(name, limit, at.child('limits').key(name), errors);
  }
  validateRequests(requests, limits, at, errors);
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some((name) => name.startsWith(hugePages)) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    errors.push(forbidden(at, 'HugePages require cpu or memory'));
  }
}

type List = Readonly<Record<string, string>> | undefined;

function validateRequests(requests: List, limits: List, at: FieldPath, errors: FieldError[]): void {
  for (const name in requests) {
    const request = validateEntry(name, requests, at.child('requests').key(name), errors);
    if (request !== undefined) validateAgainstLimit(name, request, limits?.[name], at, errors);
    if (name.startsWith(hugePages)) validatePages(name, request, at.child('requests').key(name), errors);
  }
}

function validateEntry(name: string, list: Readonly<Record<string, string>>, at: FieldPath, errors: FieldError[]): Quantity | undefined {
  validateResourceName(name, at, errors);
  return validateResourceQuantity(name, list[name] ?? '', at, errors);
}

/** Huge pages are requested in whole pages; the name says how large one is. */
function validatePages(name: string, quantity: Quantity | undefined, at: FieldPath, errors: FieldError[]): void {
  const page = quantityOrZero(name.slice(hugePages.length)).toNumber();
  if (quantity === undefined || (page > 0 && quantity.toNumber() % page === 0)) return;
  errors.push(invalid(at, quantity.toString(), `${quantity.toString()} is not positive integer multiple of ${name}`));
}

function validateAgainstLimit(name: string, request: Quantity, limitText: string | undefined, at: FieldPath, errors: FieldError[]): void {
  const fixed = !isOvercommitAllowed(name);
  if (limitText === undefined) {
    if (fixed) errors.push(required(at.child('limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  const limit = quantityOrZero(limitText);
  const relation = request.compare(limit);
  if (relation !== 0 && fixed) errors.push(invalid(at.child('requests'), request.toString(), `must be equal to ${name} limit of ${limit.toString()}`));
  else if (relation > 0) errors.push(invalid(at.child('requests'), request.toString(), `must be less than or equal to ${name} limit of ${limit.toString()}`));
}

function quantityOrZero(text: string): Quantity {
  try {
    return quantityOf(text);
  } catch {
    return quantityOf('0');
  }
}

/** Processor time, memory and disk may be promised more than once; devices and huge pages not. */
function isOvercommitAllowed(name: string): boolean {
  return (!name.includes('/') || name.includes('kubernetes.io/')) && !name.startsWith(hugePages);
}

function validateResourceName(name: string, at: FieldPath, errors: FieldError[]): void {
  if (standard.has(name)) return;
  const problems = isQualifiedName(name);
  for (const problem of problems) errors.push(invalid(at, name, problem));
  if (problems.length > 0 || name.startsWith(hugePages)) return;
  if (!name.includes('/')) {
    errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'), invalid(at, name, 'must be a standard resource for containers'));
  } else if (!name.includes('kubernetes.io/') && !isExtended(name)) errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
}

function isExtended(name: string): boolean {
  return !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;
}

/** A quantity that is not negative, and whole where the resource comes in pieces. undefined where it cannot be read. */
export function validateResourceQuantity(name: string, text: string, at: FieldPath, errors: FieldError[]): Quantity | undefined {
  try {
    const quantity = quantityOf(text);
    if (quantity.nanos < 0n) errors.push(invalid(at, quantity.toString(), 'must be greater than or equal to 0'));
    if (isExtendedResource(name) && quantity.nanos % 1_000_000_000n !== 0n) errors.push(invalid(at, quantity, 'must be an integer'));
    return quantity;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    errors.push(invalid(at, text, error.message));
    return undefined;
  }
}

function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/');
}
