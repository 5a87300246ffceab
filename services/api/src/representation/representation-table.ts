import { hasProtobuf, negotiateAccept, newBadRequest } from '@gantry/apimachinery';
import type { Accepted, GroupVersionKind, MediaFormat } from '@gantry/apimachinery';
import type { ServedResource } from '../registry/served-resource.js';
import { JsonRepresentation } from './json.js';
import { metadataAsJson, metadataAsProtobuf } from './metadata-only.js';
import type { MetaVersion } from './metadata-only.js';
import { ProtobufRepresentation } from './protobuf.js';
import type { Representation } from './representation.js';
import { TableRepresentation } from './table.js';
import type { IncludeObject } from './table.js';
import { YamlRepresentation } from './yaml.js';

/** Accept headers are few and come again with every request. */
const REMEMBERED = 500;
const INCLUDED: readonly IncludeObject[] = ['None', 'Metadata', 'Object'];

/** What an Accept header comes to: Tables further by what their rows are to hold. */
type Chosen = Readonly<Record<IncludeObject, Representation>>;

/** The ways to show one resource, chosen by Accept header. */
export class RepresentationTable {
  readonly #resource: ServedResource;
  readonly #now: () => number;
  readonly #json: JsonRepresentation;
  readonly #formats: readonly MediaFormat[];
  readonly #byHeader = new Map<string, Chosen>();
  readonly #byName = new Map<string, Representation>();

  constructor(resource: ServedResource, now: () => number) {
    this.#resource = resource;
    this.#now = now;
    this.#json = new JsonRepresentation(resource);
    this.#formats = hasProtobuf(resource.kind) ? ['json', 'yaml', 'protobuf'] : ['json', 'yaml'];
  }

  /** What the client accepts; an absent header is JSON. Throws 406 when nothing can be served. */
  choose(accept: string | undefined, includeObject: string | null): Representation {
    if (accept === undefined || accept === 'application/json') return this.#json;
    let chosen = this.#byHeader.get(accept);
    if (chosen === undefined) {
      const accepted = negotiateAccept(accept, { formats: this.#formats, transforms });
      chosen = Object.fromEntries(INCLUDED.map((include) => [include, this.#shared(this.#made(accepted, include))])) as unknown as Chosen;
      if (this.#byHeader.size >= REMEMBERED) this.#byHeader.clear();
      this.#byHeader.set(accept, chosen);
    }
    return chosen[includeObject === null ? 'Metadata' : included(includeObject, chosen)];
  }

  #made({ format, as }: Accepted, include: IncludeObject): Representation {
    const version = as?.version as MetaVersion;
    if (format === 'protobuf') return as === undefined ? new ProtobufRepresentation(this.#resource) : metadataAsProtobuf(version);
    const json = as === undefined ? this.#json : as.kind === 'Table' ? new TableRepresentation(this.#resource, include, version, this.#now) : metadataAsJson(version);
    return format === 'yaml' ? new YamlRepresentation(json) : json;
  }

  /** One of each name: watches share their frames by it. */
  #shared(representation: Representation): Representation {
    const known = this.#byName.get(representation.name);
    if (known === undefined) this.#byName.set(representation.name, representation);
    return known ?? representation;
  }
}

/** Throws 400 for what no Table can hold; other forms take no notice. */
function included(value: string, chosen: Chosen): IncludeObject {
  const known = INCLUDED.find((one) => one === value);
  if (known !== undefined) return known;
  if (value === '' || chosen.None === chosen.Object) return 'Metadata';
  throw newBadRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`);
}

/** A Table has no protobuf form. */
function transforms({ group, version, kind }: GroupVersionKind, format: MediaFormat): boolean {
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return false;
  return kind === 'Table' ? format !== 'protobuf' : kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
}
