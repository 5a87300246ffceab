import { newNotAcceptable } from '../errors/constructors.js';
import type { GroupVersionKind } from '../schema/schema.js';
import { covers, parseAccept } from './media-type.js';
import type { MediaType } from './media-type.js';

/** The forms in which objects travel. */
export type MediaFormat = 'json' | 'yaml' | 'protobuf';

/** The media type of each form. */
export const mediaTypes = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const satisfies Record<MediaFormat, string>;

/** What an endpoint can answer with. */
export interface Acceptable {
  /** In order of preference: the first answers `*` and a missing header. */
  readonly formats: readonly MediaFormat[];
  /** Whether the answer may be turned into another kind (Table, PartialObjectMetadata, an aggregated discovery list). None when absent. */
  readonly transforms?: (target: GroupVersionKind, format: MediaFormat) => boolean;
}

/** What was agreed on. */
export interface Accepted {
  readonly format: MediaFormat;
  /** The kind that the client asks the answer to be turned into. */
  readonly as?: GroupVersionKind;
  /** For the answer's Content-Type. */
  readonly contentType: string;
  /** `pretty=1` was a parameter. */
  readonly pretty: boolean;
}

/**
 * The first clause of an Accept header that the endpoint can satisfy, transformation included. Throws a 406 `StatusError` that
 * names the media types when there is none.
 */
export function negotiateAccept(header: string | undefined, acceptable: Acceptable): Accepted {
  const clauses = header === undefined || header.trim() === '' ? [anything] : parseAccept(header);
  for (const clause of clauses) {
    const accepted = satisfy(clause, acceptable);
    if (accepted !== undefined) return accepted;
  }
  throw newNotAcceptable(acceptable.formats.map((format) => mediaTypes[format]));
}

const anything: MediaType = { type: '*', subtype: '*', parameters: {}, quality: 1 };

function satisfy(clause: MediaType, acceptable: Acceptable): Accepted | undefined {
  if (clause.quality === 0) return undefined;
  for (const format of acceptable.formats) {
    const accepted = covers(clause, mediaTypes[format]) ? satisfyAs(clause, format, acceptable) : undefined;
    if (accepted !== undefined) return accepted;
  }
  return undefined;
}

function satisfyAs({ parameters }: MediaType, format: MediaFormat, acceptable: Acceptable): Accepted | undefined {
  const { as: kind, g: group, v: version, sv, stream, pretty } = parameters;
  if (stream && (stream !== 'watch' || format === 'yaml')) return undefined;
  if (sv && (sv !== 'v1' || acceptable.transforms === undefined)) return undefined;
  const base = { format, pretty: pretty === '1' };
  if (kind === undefined && group === undefined && version === undefined) return { ...base, contentType: mediaTypes[format] };
  const as = { group: group ?? '', version: version ?? '', kind: kind ?? '' };
  return acceptable.transforms?.(as, format) === true ? { ...base, as, contentType: contentTypeOf(format, as) } : undefined;
}

/** Clients of aggregated discovery look at the parameters of the answer's type; nobody does for other transformations. */
function contentTypeOf(format: MediaFormat, as: GroupVersionKind): string {
  const name = mediaTypes[format];
  return as.group === 'apidiscovery.k8s.io' ? `${name};g=${as.group};v=${as.version};as=${as.kind}` : name;
}
