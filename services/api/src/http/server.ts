import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { newTimeout, newUnauthorized, StatusError } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import type { AccessMetrics } from '../metrics/access-metrics.js';
import { isUpgrade, statusAnswer } from './answer.js';
import type { WholeAnswer } from './answer.js';
import type { HeaderAuthenticator } from './authn/bearer-token.js';
import { identityOf } from './authn/client-certificate.js';
import type { RequestChain } from './chain.js';
import { stopServing, trackConnections } from './connections.js';
import type { ServerState } from './connections.js';
import type { Identity } from './authz/identity.js';
import { InFlight } from './in-flight.js';
import { dropBody, readBody } from './read-body.js';
import { parseResourcePath } from './path.js';
import { RequestContext } from './request-context.js';
import type { RequestInput } from './request-context.js';
import { requestedTimeout } from './request-timeout.js';
import { respond } from './respond.js';
import { breakOff } from './response-sink.js';
import { Upgrades } from './upgrade.js';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

export interface ServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM. `clientCa` signs the certificates of clients. */
  readonly tls: { readonly key: string; readonly cert: string; readonly clientCa: string };
  readonly chain: RequestChain;
  readonly authenticate: HeaderAuthenticator;
  readonly access?: AccessMetrics | undefined;
  readonly bodyBytes: number;
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
}

export interface ApiServer {
  readonly port: number;
  /** No new connections; open requests may finish within `patienceMs`, then their connections are closed. */
  stop(patienceMs: number): Promise<void>;
}

/** The subresource whose requests are passed on as they come. */
const PROXY = 'proxy';
/** Longer than the pools of clients keep a connection, so that it is the client that closes. */
const KEEP_ALIVE_MS = 120_000;

/**
 * What the streams of one HTTP/2 connection may hold before it gets no more of them. Clients send all they do over one: by Node's default of 10,
 * one large list, or a few watches that are not read, would make every other request fail.
 */
const SESSION_MEGABYTES = 512;
/** Selectors over many values stand in the path. */
const HEAD_BYTES = 256 * 1024;
/** Taken by the server for its older protocol, though the types of the newer one do not know it. */
const ofHttp1 = { maxHeaderSize: HEAD_BYTES };

/** HTTPS with HTTP/2 and HTTP/1.1 on one port. Client certificates are asked for, and verified where one is given. */
export async function listenHttps(options: ServerOptions): Promise<ApiServer> {
  const { tls, listen } = options;
  const server = createSecureServer({ key: tls.key, cert: tls.cert, ca: tls.clientCa, requestCert: true, rejectUnauthorized: false, allowHTTP1: true, minVersion: 'TLSv1.2', maxSessionMemory: SESSION_MEGABYTES, ...ofHttp1, settings: { maxHeaderListSize: HEAD_BYTES } });
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MS });
  const connections = trackConnections(server);
  const inFlight = new InFlight(options.requestTimeoutMs);
  const state: ServerState = { inFlight, isStopping: false };
  const upgrades = new Upgrades({ chain: options.chain, inFlight, contextOf: (request, upgrade) => upgradeContext(request, upgrade, options), fail: (request, response, error) => fail(request, response, error, options.logger) });
  server.on('request', (request: Request, response: Response) => void serve(options, state, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void upgrades.serve(request, socket, head));
  server.on('tlsClientError', (error) => {
    options.access?.handshakeFailed();
    options.logger.debug({ error: error.message }, 'A TLS handshake failed');
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: (patienceMs) => stopServing(server, state, upgrades, connections, patienceMs) };
}

/** Sends the answer, or a 504 when the time is up before there is one: the time that the body takes counts. */
async function serve(options: ServerOptions, state: ServerState, request: Request, response: Response): Promise<void> {
  const { chain, logger } = options;
  const { inFlight } = state;
  let context: RequestContext | undefined;
  let isExpired = false;
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => {
    isExpired = true;
    context?.series?.terminated(504);
    if (!response.headersSent) respond(request, response, refusal(request, newTimeout('request did not complete within the allotted timeout'), context?.auditId)).catch(() => undefined);
  };
  const leave = inFlight.enter({ expire, abandon: () => context?.abandon() }, !isPassedOn(request));
  try {
    context = await contextOf(request, options);
    if (isExpired) return;
    response.on('close', () => context?.abandon());
    timer = limited(context, options, expire);
    const answer = await chain.handle(context);
    if (isUpgrade(answer)) throw new Error('this connection cannot be handed over');
    // So that the client does not send its next request into a connection that is about to close.
    if (state.isStopping && 'shouldKeepAlive' in response) response.shouldKeepAlive = false;
    if (!isExpired) await respond(request, response, answer);
  } catch (error) {
    fail(request, response, error, logger);
  } finally {
    clearTimeout(timer);
    leave();
  }
}

/** Where the client has less patience than the server. */
function limited(context: RequestContext, { requestTimeoutMs }: ServerOptions, expire: () => void): NodeJS.Timeout | undefined {
  const milliseconds = requestedTimeout(context);
  if (milliseconds === undefined || milliseconds >= requestTimeoutMs) return undefined;
  const end = (): void => {
    expire();
    context.abandon();
  };
  return setTimeout(end, milliseconds).unref();
}

/** What could not even become a request: a body that is too long, a certificate that proves nothing, a client that left. */
function fail(request: Request, response: Response, error: unknown, logger: Logger): void {
  if (error instanceof StatusError && !response.headersSent) {
    respond(request, response, refusal(request, error)).catch(() => undefined);
    return;
  }
  logger.debug({ path: request.url, error: String(error) }, 'A connection broke');
  breakOff(response);
}

/** The answer to what does not come through the chain, with the headers that every answer has. */
function refusal({ headers }: Request, error: StatusError, auditId?: string): WholeAnswer {
  const answer = statusAnswer(error, headers.accept);
  const given = headers['audit-id'];
  answer.headers['audit-id'] = auditId ?? (typeof given === 'string' ? given : randomUUID());
  answer.headers['cache-control'] = 'no-cache, private';
  return answer;
}

/** What proxies pass on is not kept, and takes as long as it takes. */
function isPassedOn({ url = '/' }: Request): boolean {
  if (!url.includes(`/${PROXY}`)) return false;
  try {
    return parseResourcePath(url.split('?', 1)[0]!)?.subresource === PROXY;
  } catch {
    return false;
  }
}

async function contextOf(request: Request, { bodyBytes, authenticate, access }: ServerOptions): Promise<RequestContext> {
  const { method = 'GET' } = request;
  const known = identify(request, authenticate, access);
  const incoming = isPassedOn(request) ? request : undefined;
  // Nobody in particular may only read: what strangers send is not kept until they are refused.
  const hasBody = method !== 'GET' && method !== 'HEAD' && known !== undefined && incoming === undefined;
  const reading = hasBody ? readBody(request, bodyBytes) : undefined;
  const [identity, body] = await Promise.all([known, reading]).catch((error: unknown) => {
    dropBody(request);
    throw error;
  });
  if (identity !== undefined) access?.authenticated(true);
  return new RequestContext({ ...headOf(request), body, incoming, remoteAddress: incoming?.socket.remoteAddress, identity });
}

/** Of a request whose connection can be handed over: nothing behind its head is a body. */
async function upgradeContext(request: IncomingMessage, upgrade: string, { authenticate, access }: ServerOptions): Promise<RequestContext> {
  const identity = await identify(request, authenticate, access);
  if (identity !== undefined) access?.authenticated(true);
  return new RequestContext({ ...headOf(request), body: undefined, upgrade, remoteAddress: request.socket.remoteAddress, identity });
}

function headOf({ url = '/', method = 'GET', headers, httpVersion }: Request): Pick<RequestInput, 'method' | 'path' | 'query' | 'protocol' | 'headers'> {
  const at = url.indexOf('?');
  return { method, path: at < 0 ? url : url.slice(0, at), query: at < 0 ? '' : url.slice(at + 1), protocol: `HTTP/${httpVersion}`, headers };
}

/** A certificate first, as upstream: who shows a good one is not asked for more. Beside a bad one a good token still counts. */
function identify(request: Request, authenticate: HeaderAuthenticator, access: AccessMetrics | undefined): Promise<Identity> | Identity | undefined {
  const socket = ('stream' in request ? request.stream.session?.socket : request.socket) as TLSSocket | undefined;
  const identity = socket === undefined ? 'refused' : identityOf(socket, Date.now());
  if (typeof identity === 'object') return identity;
  const { authorization } = request.headers;
  if (authorization === undefined && identity === 'none') return undefined;
  const refuse = (error: unknown): never => {
    access?.authenticated(false);
    throw error;
  };
  return authorization === undefined ? refuse(newUnauthorized('Unauthorized')) : authenticate(authorization).catch(refuse);
}
