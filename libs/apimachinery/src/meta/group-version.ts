import { newBadRequest } from '../errors/constructors.js';
import { goQuote } from '../errors/go-quote.js';

/** A group with one of its versions; '' is the core group. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** A resource of one version of a group. */
export interface GroupVersionResource extends GroupVersion {
  readonly resource: string;
}

/**
 * Takes `apps/v1` or `v1` apart.
 * @throws StatusError 400 when it has more than one slash
 */
export function parseApiVersion(apiVersion: string): GroupVersion {
  const [first = '', second, ...rest] = apiVersion.split('/');
  if (rest.length > 0) throw newBadRequest(`unexpected GroupVersion string: ${apiVersion}`);
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** `/v1, Kind=Pod`: how upstream's messages name a kind of a version. */
export function groupVersionKindText({ group, version, kind }: GroupVersion & { readonly kind: string }): string {
  return `${group}/${version}, Kind=${kind}`;
}

/** `no matches for kind "X" in version "v1"`: a kind that the server does not know. */
export function noKindMatchText(kind: string, apiVersion: string): string {
  return `no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`;
}
