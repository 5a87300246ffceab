import { createHash } from 'node:crypto';
import { groupVersionPath } from './operations.js';
import type { ServedResource } from './served.js';
import { encodeOpenApiV2 } from './v2-protobuf.js';
import { buildOpenApiV2 } from './v2.js';
import { encodeOpenApiV3 } from './v3-protobuf.js';
import { buildOpenApiV3 } from './v3.js';
import type { OpenApiV3Document } from './v3.js';

/** The media types in which clients ask for the v2 document as protobuf. */
export const openApiV2ProtobufTypes = ['application/com.github.proto-openapi.spec.v2.v1.0+protobuf', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'] as const;

/** The same of a v3 document. */
export const openApiV3ProtobufTypes = ['application/com.github.proto-openapi.spec.v3.v1.0+protobuf', 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf'] as const;

/** A document as it is sent. */
export interface OpenApiBytes {
  readonly bytes: Uint8Array;
  /** Of the content: for the ETag, and for the `hash` of the v3 index. */
  readonly hash: string;
}

/**
 * The OpenAPI documents of one set of served resources. Each is built when it is first asked for and kept as bytes; when the
 * set changes, make another.
 */
export class OpenApiDocuments {
  private readonly cache = new Map<string, OpenApiBytes>();

  /** `version` is the cluster's: `v1.36.0`. */
  constructor(private readonly served: readonly ServedResource[], private readonly version: string) {}

  /** `/openapi/v2` as JSON. */
  v2Json(): OpenApiBytes {
    return this.once('v2.json', () => jsonBytes(buildOpenApiV2(this.served, this.version)));
  }

  /** `/openapi/v2` as gnostic's protobuf. */
  v2Protobuf(): OpenApiBytes {
    return this.once('v2.pb', () => encodeOpenApiV2(buildOpenApiV2(this.served, this.version)));
  }

  /** `/openapi/v3`: where the document of each group and version is, with its hash. */
  v3Index(): OpenApiBytes {
    return this.once('v3', () => jsonBytes({ paths: Object.fromEntries(this.groupVersions().map((path) => [path, this.indexEntry(path)])) }));
  }

  /** `/openapi/v3/<path>`, JSON; `path` is `api/v1` or `apis/apps/v1`. Undefined when nothing of it is served. */
  v3(path: string): OpenApiBytes | undefined {
    const build = this.builderOf(path);
    return build && this.once(`v3/${path}`, () => jsonBytes(build()));
  }

  /** The same as gnostic's protobuf, under the hash of the JSON. */
  v3Protobuf(path: string): OpenApiBytes | undefined {
    const [build, json] = [this.builderOf(path), this.v3(path)];
    return build && json && { bytes: this.once(`v3/${path}.pb`, () => encodeOpenApiV3(build())).bytes, hash: json.hash };
  }

  private builderOf(path: string): (() => OpenApiV3Document) | undefined {
    const resource = this.served.find((one) => groupVersionPath(one) === `/${path}`);
    return resource && (() => buildOpenApiV3(resource.group, resource.version, this.served, this.version));
  }

  private groupVersions(): string[] {
    return [...new Set(this.served.map((resource) => groupVersionPath(resource).slice(1)))].sort();
  }

  private indexEntry(path: string): { serverRelativeURL: string } {
    return { serverRelativeURL: `/openapi/v3/${path}?hash=${this.v3(path)?.hash ?? ''}` };
  }

  private once(name: string, build: () => Uint8Array): OpenApiBytes {
    let document = this.cache.get(name);
    if (document === undefined) {
      const bytes = build();
      document = { bytes, hash: createHash('sha256').update(bytes).digest('hex').toUpperCase() };
      this.cache.set(name, document);
    }
    return document;
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
