import { newBadRequest, newInvalid } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { forbidden, notSupported } from '@gantry/apimachinery';
import { decodeContinue } from './continue-token.js';

/** The part of a list's query that decides where it is read. '' and 0 stand for absent. */
export interface ListParameters {
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly limit: number;
  readonly continue: string;
  /** Whether the query has `sendInitialEvents`, which is for watches. */
  readonly sendInitialEvents: boolean;
}

/**
 * What a list shows. `newest`: a state that has `minimum` (`now`: the revision that is the newest when the request arrives; 0: whatever there is).
 * `exact`: the state at `revision`. Both after a key relative to the prefix where there is one.
 */
export type ListSource =
  | { readonly state: 'newest'; readonly minimum: number | 'now'; readonly after: string | undefined; readonly limit: number }
  | { readonly state: 'exact'; readonly revision: number; readonly after: string | undefined; readonly limit: number };

export function listParameters(query: URLSearchParams): ListParameters {
  return {
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: Math.min(Math.max(0, parseInteger(query.get('limit'))), MORE_THAN_THERE_ARE),
    continue: query.get('continue') ?? '',
    sendInitialEvents: query.has('sendInitialEvents'),
  };
}

/**
 * The table of resourceVersion, match, limit and continue, as "Semantics for get and list" of Kubernetes' API concepts and KEP-2340 have it.
 * Throws a `StatusError` for combinations that have no meaning.
 */
export function listSource(parameters: ListParameters): ListSource {
  checkParameters(parameters);
  const { resourceVersion, resourceVersionMatch, limit } = parameters;
  if (parameters.continue !== '') return continued(parameters);
  if (resourceVersion === '') return { state: 'newest', minimum: 'now', after: undefined, limit };
  const revision = listRevision(resourceVersion);
  if (revision === 0) return { state: 'newest', minimum: 0, after: undefined, limit: 0 };
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  return isExact ? { state: 'exact', revision, after: undefined, limit } : { state: 'newest', minimum: revision, after: undefined, limit };
}

function continued({ continue: token, resourceVersion, limit }: ListParameters): ListSource {
  const { revision, after } = decodeContinue(token);
  if (resourceVersion !== '' && resourceVersion !== '0') throw newBadRequest('specifying resource version is not allowed when using continue');
  return revision < 0 ? { state: 'newest', minimum: 'now', after, limit } : { state: 'exact', revision, after, limit };
}

function checkParameters(parameters: ListParameters): void {
  const { resourceVersionMatch: match, resourceVersion } = parameters;
  const errors: FieldError[] = [];
  const refuse = (detail: string): void => void errors.push(forbidden('resourceVersionMatch', detail));
  if (match !== '') {
    if (resourceVersion === '') refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (parameters.continue !== '') refuse('resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0') refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (parameters.sendInitialEvents) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  if (errors.length > 0) throw invalidListOptions(errors);
}

/** 422 for a query whose parts contradict each other. */
export function invalidListOptions(errors: readonly FieldError[]): Error {
  return newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

function listRevision(text: string): number {
  try {
    return parseRevision(text);
  } catch (error) {
    throw newBadRequest(`invalid resource version: ${(error as Error).message}`);
  }
}

const LARGEST_UINT64 = Number(2n ** 64n);
const LARGEST_INT64 = Number(2n ** 63n);
/** A page of this size is all of a list. */
const MORE_THAN_THERE_ARE = 2 ** 31;

/** A resourceVersion as a client sends it. Throws a `StatusError` (400) for what is no number. */
export function parseRevision(text: string): number {
  const revision = /^\d{1,400}$/.test(text) ? Number(text) : NaN;
  if (revision > LARGEST_UINT64) throw newBadRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  if (!Number.isNaN(revision)) return Math.min(revision, Number.MAX_SAFE_INTEGER);
  throw newBadRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** An integer of 64 bits as a query carries it; absent is 0. Throws a `StatusError` (400) for what is none. */
export function parseInteger(text: string | null): number {
  if (text === null || text === '') return 0;
  const value = /^[-+]?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Math.abs(value) > LARGEST_INT64) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return value;
}
