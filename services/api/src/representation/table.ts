import type { Status } from '@gantry/apimachinery';
import type { Column } from '@gantry/resources';
import { fromStored } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { jsonElements, jsonEvent, jsonEventOf, JsonRepresentation } from './json.js';
import { metadataJson } from './metadata-only.js';
import type { MetaVersion } from './metadata-only.js';
import type { ListBytes, ListMetadata, Representation } from './representation.js';

/** What `includeObject` puts into every row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const END = Buffer.from(']}');

/**
 * `as=Table`: rows that the server prints. The cells of a row hold ages, so they are made for every answer; the object beside them is what the
 * other representations have of it.
 * `now` is milliseconds since the epoch.
 */
export class TableRepresentation implements Representation {
  readonly name: string;
  readonly contentType = 'application/json';
  readonly streamType = 'application/json';
  readonly #definitions: string;
  readonly #whole: JsonRepresentation;

  constructor(
    private readonly resource: ServedResource,
    private readonly include: IncludeObject,
    private readonly version: MetaVersion,
    private readonly now: () => number,
  ) {
    this.name = `table ${include} ${version} ${resource.apiVersion}`;
    this.#whole = new JsonRepresentation(resource);
    this.#definitions = JSON.stringify(resource.kind.columns.map(columnDefinition));
  }

  object(object: CachedObject): Uint8Array {
    return Buffer.concat([this.#head({ resourceVersion: String(object.revision) }), this.#row(object, this.now()), END]);
  }

  list(objects: readonly CachedObject[], metadata: ListMetadata): ListBytes {
    const now = this.now();
    return jsonElements(this.#head(metadata), objects, (pieces, object) => pieces.add(this.#row(object, now)));
  }

  event({ type, object }: Notice): Uint8Array {
    return jsonEvent(type, this.object(object));
  }

  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): Uint8Array {
    const row = { cells: [], object: { kind: this.resource.kind.kind, apiVersion: this.resource.apiVersion, metadata: { resourceVersion: String(revision), annotations } } };
    return jsonEventOf('BOOKMARK', { kind: 'Table', apiVersion: `meta.k8s.io/${this.version}`, metadata: { resourceVersion: String(revision) }, columnDefinitions: JSON.parse(this.#definitions), rows: [row] });
  }

  errorEvent(status: Status): Uint8Array {
    return jsonEventOf('ERROR', status);
  }

  #head(metadata: ListMetadata): Buffer {
    return Buffer.from(`{"kind":"Table","apiVersion":"meta.k8s.io/${this.version}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${this.#definitions},"rows":[`);
  }

  #row(object: CachedObject, now: number): Uint8Array {
    const served = fromStored(this.resource, object.object);
    const cells: unknown[] = [];
    for (const { cell } of this.resource.kind.columns) cells.push(cell(served, now));
    const head = `{"cells":${JSON.stringify(cells)}`;
    if (this.include === 'None') return Buffer.from(`${head}}`);
    const shown = this.include === 'Metadata' ? metadataJson(object, this.version) : this.#whole.object(object);
    return Buffer.concat([Buffer.from(`${head},"object":`), shown, Buffer.from('}')]);
  }
}

function columnDefinition({ name, type, format, description, priority }: Column): Record<string, unknown> {
  return { name, type, format: format ?? '', description, priority };
}
