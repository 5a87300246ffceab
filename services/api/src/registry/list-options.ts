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
}

/**
 * Where a list is read. `cache`: once the cache has `minimum` (`newest`: the revision that is the newest when the request arrives; 0: at once).
 * `storage`: exactly at `revision` (undefined: the newest), after a key relative to the prefix.
 */
export type ListSource =
  | { readonly from: 'cache'; readonly minimum: number | 'newest'; readonly limit: number }
  | { readonly from: 'storage'; readonly revision: number | undefined; readonly after: string | undefined; readonly limit: number };

export function listParameters(query: URLSearchParams): ListParameters {
  return {
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: parseLimit(query.get('limit')),
    continue: query.get('continue') ?? '',
  };
}

/** The table of resourceVersion, match, limit and continue. Throws a `StatusError` for combinations that have no meaning. */
export function listSource(parameters: ListParameters): ListSource {
  checkParameters(parameters);
  const { resourceVersion, resourceVersionMatch, limit } = parameters;
  if (parameters.continue !== '') return continued(parameters);
  if (resourceVersion === '') return { from: 'cache', minimum: 'newest', limit };
  const revision = parseRevision(resourceVersion);
  if (revision === 0) return { from: 'cache', minimum: 0, limit: 0 };
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  return isExact ? { from: 'storage', revision, after: undefined, limit } : { from: 'cache', minimum: revision, limit };
}

function continued({ continue: token, resourceVersion, limit }: ListParameters): ListSource {
  if (resourceVersion !== '' && resourceVersion !== '0') throw newBadRequest('specifying resource version is not allowed when using continue');
  const { revision, after } = decodeContinue(token);
  return { from: 'storage', revision: revision < 0 ? undefined : revision, after, limit };
}

function checkParameters(parameters: ListParameters): void {
  const { resourceVersionMatch: match, resourceVersion } = parameters;
  if (match === '') return;
  const errors: FieldError[] = [];
  const refuse = (detail: string): void => void errors.push(forbidden('resourceVersionMatch', detail));
  if (resourceVersion === '') refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (parameters.continue !== '') refuse('resourceVersionMatch is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
  if (match === 'Exact' && resourceVersion === '0') refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
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

function parseLimit(text: string | null): number {
  if (text === null || text === '') return 0;
  const limit = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(limit)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Math.abs(limit) > LARGEST_INT64) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return Math.min(Math.max(0, limit), MORE_THAN_THERE_ARE);
}
