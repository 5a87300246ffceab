import { hasProtobuf, negotiateAccept } from '@gantry/apimachinery';
import type { Accepted, GroupVersionKind, MediaFormat } from '@gantry/apimachinery';
import type { ServedResource } from '../registry/served-resource.js';
import { JsonRepresentation } from './json.js';
import { metadataAsJson, metadataAsProtobuf } from './metadata-only.js';
import { ProtobufRepresentation } from './protobuf.js';
import type { Representation } from './representation.js';
import { TableRepresentation } from './table.js';
import type { IncludeObject } from './table.js';

/** Accept headers are few and come again with every request. */
const REMEMBERED = 500;
const TRANSFORMS: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);
const VERSIONS: ReadonlySet<string> = new Set(['v1']);

/** The ways to show one resource, chosen by Accept header. */
export class RepresentationTable {
  readonly #json: JsonRepresentation;
  readonly #protobuf: ProtobufRepresentation;
  readonly #tables: Record<IncludeObject, TableRepresentation>;
  readonly #formats: readonly MediaFormat[];
  readonly #byHeader = new Map<string, Representation | 'table'>();

  constructor(resource: ServedResource, now: () => number) {
    this.#json = new JsonRepresentation(resource);
    this.#protobuf = new ProtobufRepresentation(resource);
    this.#tables = { None: new TableRepresentation(resource, 'None', now), Metadata: new TableRepresentation(resource, 'Metadata', now), Object: new TableRepresentation(resource, 'Object', now) };
    this.#formats = hasProtobuf(resource.kind) ? ['json', 'protobuf'] : ['json'];
  }

  /** What the client accepts; an absent header is JSON. Throws 406 when nothing can be served. */
  choose(accept: string | undefined, includeObject: string | null): Representation {
    if (accept === undefined || accept === 'application/json') return this.#json;
    let chosen = this.#byHeader.get(accept);
    if (chosen === undefined) {
      chosen = this.#chosen(negotiateAccept(accept, { formats: this.#formats, transforms }));
      if (this.#byHeader.size >= REMEMBERED) this.#byHeader.clear();
      this.#byHeader.set(accept, chosen);
    }
    return chosen === 'table' ? this.#tables[included(includeObject)] : chosen;
  }

  #chosen({ format, as }: Accepted): Representation | 'table' {
    if (as?.kind === 'Table') return 'table';
    if (as !== undefined) return format === 'protobuf' ? metadataAsProtobuf : metadataAsJson;
    return format === 'protobuf' ? this.#protobuf : this.#json;
  }
}

/** A Table has no protobuf form. */
function transforms({ group, version, kind }: GroupVersionKind, format: MediaFormat): boolean {
  return group === 'meta.k8s.io' && VERSIONS.has(version) && TRANSFORMS.has(kind) && (kind !== 'Table' || format === 'json');
}

function included(value: string | null): IncludeObject {
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}
