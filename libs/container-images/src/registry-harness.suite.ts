import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from './digest.js';
import type { MadeImage } from './image-harness.suite.js';
import { OCI_MANIFEST } from './image-harness.suite.js';

const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** What a registry does with a request before it answers as it should; true: it has answered. */
type Intercept = (request: IncomingMessage, response: ServerResponse, address: string) => boolean;

/** A registry in this process: what it holds is put into it, and it can be told to misbehave. */
export class TestRegistry {
  /** `GET /v2/…`, in order, with what was asked of the range. */
  readonly requests: string[] = [];
  intercept: Intercept = () => false;
  /** Whether a part of a blob can be had. */
  ranges = true;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifests = new Map<string, { readonly bytes: Buffer; readonly mediaType: string }>();
  #server: Server | undefined;

  /** On this machine's loopback interface, or at another of its addresses; over TLS where it has a certificate. */
  async start(address = '127.0.0.1', tls?: { readonly key: string; readonly cert: string }): Promise<this> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.#answer(request, response);
    const server = tls === undefined ? http.createServer(answer) : https.createServer(tls, answer);
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server === undefined ? resolve(undefined) : this.#server.close(resolve)));
  }

  /** `127.0.0.1:12345`, as references name it. */
  get host(): string {
    const { address, port } = this.#server!.address() as AddressInfo;
    return `${address}:${port}`;
  }

  putBlob(bytes: Buffer, digest = digestOf(bytes)): string {
    this.#blobs.set(digest, bytes);
    return digest;
  }

  /** Under a tag or a digest of any repository; resolves to its digest. */
  putManifest(bytes: Buffer, names: readonly string[], mediaType = OCI_MANIFEST): string {
    for (const name of [...names, digestOf(bytes)]) this.#manifests.set(name, { bytes, mediaType });
    return digestOf(bytes);
  }

  putImage(image: MadeImage, tag: string): string {
    for (const blob of [image.config, ...image.layers]) this.putBlob(blob);
    return this.putManifest(image.manifest, [tag]);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { range } = request.headers;
    this.requests.push(`${request.method} ${request.url}${range === undefined ? '' : ` ${range}`}`);
    if (this.intercept(request, response, `http://${this.host}`)) return;
    // A proxy is asked for the whole address.
    const [, kind, name] = /^(?:http:\/\/[^/]+)?\/v2\/[a-z0-9/._-]+\/(manifests|blobs)\/([^/?]+)/.exec(request.url ?? '') ?? [];
    const manifest = kind === 'manifests' ? this.#manifests.get(name!) : undefined;
    const blob = kind === 'blobs' ? this.#blobs.get(name!) : undefined;
    if (manifest !== undefined) {
      response.writeHead(200, { 'content-type': manifest.mediaType, 'content-length': manifest.bytes.length, 'docker-content-digest': digestOf(manifest.bytes) });
      response.end(request.method === 'HEAD' ? undefined : manifest.bytes);
    } else if (blob !== undefined) this.#sendBlob(blob, range, response);
    else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  }

  #sendBlob(blob: Buffer, range: string | undefined, response: ServerResponse): void {
    const offset = this.ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
    response.writeHead(offset === 0 ? 200 : 206, { 'content-length': blob.length - offset, ...(offset === 0 ? {} : { 'content-range': `bytes ${offset}-${blob.length - 1}/${blob.length}` }) });
    response.end(blob.subarray(offset));
  }
}
