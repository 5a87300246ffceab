import type { Clock, Logger } from '@gantry/async';
import { anySignal } from '@gantry/async';
import type { Bus, ByteStream } from '@gantry/bus';
import { encodeToken } from '@gantry/bus';
import type { ReadPage } from '../metrics/node-pages.js';
import { openLog } from './container-logs.js';
import type { LogSources } from './container-logs.js';
import { parseLogRequest } from './log-request.js';
import { serveDial, servePortForward } from './pod-connections.js';
import type { PodConnectionSources } from './pod-connections.js';
import { PodDialer } from './pod-dialer.js';
import { serveRemoteCommand } from './remote-command.js';
import { StreamError } from './stream-error.js';
import { CONNECT, parseStreamRequest } from './stream-request.js';
import type { StreamRequest } from './stream-request.js';

export interface StreamServerOptions extends LogSources, Pick<PodConnectionSources, 'addressOf'> {
  readonly bus: Bus;
  readonly nodeName: string;
  readonly readPage: ReadPage;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface StreamServer {
  /** Breaks what flows and takes no more. */
  stop(): Promise<void>;
}

type Serving = StreamServerOptions & PodConnectionSources;
type Accepting = ByteStream & { accept(headers?: Readonly<Record<string, string>>): void };

/** What an api can be connected with; each resolves when that is over. */
const CONNECTIONS: Readonly<Record<StreamRequest['what'], (options: Serving, request: StreamRequest, stream: Accepting, signal: AbortSignal) => Promise<void>>> = {
  exec: serveRemoteCommand,
  attach: serveRemoteCommand,
  portForward: servePortForward,
  dial: serveDial,
};

/** Serves the kubelet's own HTTP paths as streams on `node.<name>.stream`. */
export function serveStreams(given: StreamServerOptions): StreamServer {
  const stopping = new AbortController();
  const dialer = new PodDialer();
  const options: Serving = { ...given, dialer };
  const subscription = options.bus.acceptStreams(`node.${encodeToken(options.nodeName)}.stream`, (stream) => answer(options, stream, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await subscription.close();
      dialer.stop();
    },
  };
}

async function answer(options: Serving, stream: Accepting, stopped: AbortSignal): Promise<void> {
  const left = new AbortController();
  void stream.closed.then(() => left.abort());
  const joined = anySignal([left.signal, stopped]);
  const { signal } = joined;
  try {
    const { method, path = '', query = '' } = stream.headers;
    if (method === CONNECT) {
      const request = parseStreamRequest(path, query);
      return await CONNECTIONS[request.what](options, request, stream, signal);
    }
    const { contentType, body } = await route(options, stream, signal);
    stream.accept({ status: '200', 'content-type': contentType });
    for await (const chunk of body) await stream.write(chunk);
    await finish(stream, stopped);
  } catch (error) {
    refuse(options, stream, error, signal.aborted);
  } finally {
    joined.dispose();
  }
}

interface Served {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

async function route(options: StreamServerOptions, stream: Accepting, signal: AbortSignal): Promise<Served> {
  const { method = 'GET', path = '', query = '' } = stream.headers;
  const page = method === 'GET' ? await options.readPage(path) : undefined;
  if (page !== undefined) return { contentType: page.contentType, body: [Buffer.from(page.text)] };
  const request = method === 'GET' ? parseLogRequest(path, query, options.clock.now()) : undefined;
  if (request === undefined) throw new StreamError(404, `404 page not found\n`);
  return { contentType: 'text/plain', body: await openLog(options, request, signal) };
}

async function finish(stream: Accepting, stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) stream.cancel('the kubelet stops');
  else await stream.end();
}

/** Before the acceptance an error has a status and a text; after it, all that is left is to break off. */
function refuse(options: StreamServerOptions, stream: Accepting, error: unknown, aborted: boolean): void {
  if (error instanceof StreamError) {
    stream.accept({ status: String(error.status), 'content-type': 'text/plain' });
    void stream.write(Buffer.from(error.message)).then(() => stream.end()).catch(() => undefined);
    return;
  }
  if (!aborted) options.logger.warn({ error: String(error) }, 'a stream broke');
  stream.cancel(String(error));
}
