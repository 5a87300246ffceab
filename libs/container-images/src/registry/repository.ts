import type { Clock } from '@gantry/async';
import { digestOf, isDigest } from '../digest.js';
import type { Descriptor } from '../documents.js';
import { ACCEPTED } from '../documents.js';
import { ImageError, refused } from '../image-error.js';
import type { Credentials, ImageLimits, RegistrySettings } from '../image-store.js';
import type { Reference } from '../reference.js';
import { EndpointSession } from './endpoint-session.js';
import { endpointsOf } from './endpoints.js';
import type { Http, HttpAnswer } from './http.js';
import { readBody } from './http.js';
import { connectionError, Unreachable, withRetries } from './retry.js';

export interface RepositoryParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly registries: Readonly<Record<string, RegistrySettings>>;
  readonly limits: ImageLimits;
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
}

export interface FetchedManifest {
  readonly bytes: Buffer;
  readonly mediaType: string | undefined;
  readonly digest: string;
}

const ATTEMPTS = 5;

/** What one reference's registry and its mirrors have of its repository. Each answer is verified by its digest. */
export class Repository {
  readonly #reference: Reference;
  readonly #parts: RepositoryParts;
  readonly #sessions: readonly EndpointSession[];

  constructor(reference: Reference, parts: RepositoryParts) {
    this.#reference = reference;
    this.#parts = parts;
    const { http, clock, credentials, signal } = parts;
    this.#sessions = endpointsOf(reference, parts.registries).map((endpoint) => new EndpointSession(endpoint, { http, clock, repository: reference.repository, credentials, signal }));
  }

  /** The digest that the reference has now, which the registry tells only those who may have the image; undefined where the registry does not tell without sending the manifest. */
  async digest(): Promise<string | undefined> {
    const { tag, digest } = this.#reference;
    return this.#anywhere(async (session) => {
      const { headers, body } = await session.get(`manifests/${digest ?? tag}`, { accept: ACCEPTED.join(', ') }, 'HEAD');
      body.resume();
      const told = headers['docker-content-digest'];
      return digest ?? (isDigest(told) ? told : undefined);
    });
  }

  /** The reference's manifest or index, or another of the repository by its digest. */
  async manifest(digest = this.#reference.digest): Promise<FetchedManifest> {
    return this.#anywhere(async (session) => {
      const { headers, body } = await session.get(`manifests/${digest ?? this.#reference.tag}`, { accept: ACCEPTED.join(', ') });
      const bytes = await this.#read(session, body, this.#parts.limits.manifestBytes, 'the manifest');
      const told = headers['docker-content-digest'];
      verify(bytes, digest ?? (isDigest(told) ? told : undefined), 'the manifest');
      return { bytes, mediaType: headers['content-type']?.split(';')[0], digest: digestOf(bytes) };
    });
  }

  /** A small blob, such as a configuration, whole. */
  async blob(descriptor: Descriptor, longest: number, what: string): Promise<Buffer> {
    if (descriptor.size > longest) throw refused(`${what} of ${descriptor.size} bytes is longer than ${longest}`);
    return this.#anywhere(async (session) => {
      const { body } = await session.get(`blobs/${descriptor.digest}`, {});
      const bytes = await this.#read(session, body, longest, what);
      verify(bytes, descriptor.digest, what);
      return bytes;
    });
  }

  /** Opens a blob from a byte on; the caller sees by the status whether it begins there. */
  openBlob(digest: string, offset: number): Promise<HttpAnswer> {
    return this.#first((session) => session.get(`blobs/${digest}`, offset === 0 ? {} : { range: `bytes=${offset}-` }));
  }

  /** Reads as far as the endpoint goes: what breaks off is worth another attempt. */
  async #read(session: EndpointSession, body: AsyncIterable<Uint8Array>, longest: number, what: string): Promise<Buffer> {
    try {
      return await readBody(body, longest, what);
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      throw error instanceof ImageError ? error : connectionError(new URL(session.endpoint.base), error);
    }
  }

  #anywhere<T>(work: (session: EndpointSession) => Promise<T>): Promise<T> {
    return withRetries({ clock: this.#parts.clock, signal: this.#parts.signal, attempts: ATTEMPTS }, () => this.#first(work));
  }

  /** Endpoint after endpoint: a mirror may fail in any way, and the registry itself where nobody answers. */
  async #first<T>(work: (session: EndpointSession) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const session of this.#sessions) {
      try {
        return await work(session);
      } catch (error) {
        this.#parts.signal?.throwIfAborted();
        const goesOn = session.endpoint.mirrorOf !== undefined || error instanceof Unreachable;
        if (!goesOn) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}

function verify(bytes: Buffer, digest: string | undefined, what: string): void {
  const actual = digestOf(bytes);
  if (digest !== undefined && actual !== digest) throw refused(`${what} has the digest ${actual}, not ${digest}`);
}
