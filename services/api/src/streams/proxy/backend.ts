import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';

const http = process.getBuiltinModule('node:http');

export interface BackendRequest {
  readonly connection: Duplex;
  readonly isTls: boolean;
  readonly method: string;
  /** With the query, as the client wrote it. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Readable | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** What the target says: an answer, or the change of protocol that was asked for. */
export type BackendAnswer = { readonly response: IncomingMessage } | { readonly upgraded: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

/** Asks over a connection that is used for nothing else. Redirects are not followed. Rejects where the target says nothing that is HTTP. */
export function askBackend({ connection, isTls, method, path, headers, body, signal }: BackendRequest): Promise<BackendAnswer> {
  // Whom the certificate names is nobody's to say: pods have none that this server knows.
  const socket = isTls ? connectTls({ socket: connection, rejectUnauthorized: false }) : connection;
  return new Promise((resolve, reject) => {
    const request = http.request({ createConnection: () => socket, method, path, headers, signal, setHost: false });
    request.once('error', (error) => {
      socket.destroy();
      reject(error);
    });
    request.once('response', (response) => resolve({ response }));
    request.once('upgrade', (upgraded, raw, head) => resolve({ upgraded, socket: raw, head }));
    send(request, body);
  });
}

function send(request: ClientRequest, body: BackendRequest['body']): void {
  if (body === undefined || body instanceof Uint8Array) return void request.end(body);
  // A client that breaks off must not look like one that has said all.
  body.once('error', (error) => request.destroy(error));
  body.once('close', () => body.readableEnded || request.destroy(new Error('the client broke off')));
  body.pipe(request);
}
