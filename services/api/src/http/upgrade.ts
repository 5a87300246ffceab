import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { newTimeout } from '@gantry/apimachinery';
import { isUpgrade } from './answer.js';
import type { RequestChain } from './chain.js';
import type { InFlight } from './in-flight.js';
import type { RequestContext } from './request-context.js';
import { respond } from './respond.js';

const http = process.getBuiltinModule('node:http');

export interface UpgradeOptions {
  readonly chain: RequestChain;
  readonly inFlight: InFlight;
  /** The request with who asks; rejects where that is nobody. */
  readonly contextOf: (request: IncomingMessage, upgrade: string) => Promise<RequestContext>;
  readonly fail: (request: IncomingMessage, response: ServerResponse, error: unknown) => void;
}

/**
 * Requests that ask for another protocol on their connection (WebSocket, SPDY/3.1). They pass the same chain as all others. What is no answer of that kind, a
 * refusal above all, goes out as plain HTTP.
 */
export class Upgrades {
  /** Connections that were handed over and are not finished. */
  readonly #open = new Map<RequestContext, Promise<void>>();

  constructor(private readonly options: UpgradeOptions) {}

  async serve(request: IncomingMessage, socket: TLSSocket, head: Buffer): Promise<void> {
    const { chain, inFlight, contextOf, fail } = this.options;
    const response = plainResponse(request, socket);
    let context: RequestContext | undefined;
    const expire = (): void => fail(request, response, newTimeout('request did not complete within the allotted timeout'));
    const leave = inFlight.enter({ expire, abandon: () => context?.abandon() });
    try {
      context = await contextOf(request, (request.headers.upgrade ?? '').toLowerCase());
      socket.on('close', () => context?.abandon());
      if (socket.destroyed) context.abandon();
      const answer = await chain.handle(context);
      if (response.headersSent) return;
      if (!isUpgrade(answer)) return await respond(request, response, answer);
      response.detachSocket(socket);
      this.#follow(context, answer.take({ request, socket, head }, answer.headers));
    } catch (error) {
      fail(request, response, error);
    } finally {
      leave();
    }
  }

  /** Those that were handed over are told to end; resolves when they have, or after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    for (const context of this.#open.keys()) context.abandon();
    const { promise: overdue, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    await Promise.race([Promise.all(this.#open.values()), overdue]);
    clearTimeout(timer);
  }

  #follow(context: RequestContext, over: Promise<void>): void {
    this.#open.set(context, over);
    void over.finally(() => this.#open.delete(context));
  }
}

/** What is said in HTTP is the last thing on this connection: its parser is gone. */
function plainResponse(request: IncomingMessage, socket: TLSSocket): ServerResponse {
  socket.on('error', () => undefined);
  const response = new http.ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // The server that would say so has let go of the connection.
  socket.on('drain', () => response.emit('drain'));
  response.on('finish', () => socket.destroySoon());
  return response;
}
