import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a route says; the server sends it. */
export interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Route = (request: IncomingMessage) => Promise<Reply> | Reply;

/** `GET /path` → what answers it. */
export type Routes = Readonly<Record<string, Route>>;

const LONGEST_BODY = 16 * 1024;

export function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

export function text(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

/** Answers by routes; what fails is logged, and the client is told no more than that. */
export function handler(routes: Routes, isDraining: () => boolean): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    // Not parsed as an address: what anybody may send need not be one.
    const [pathname] = (request.url ?? '/').split('?');
    const route = routes[`${request.method} ${pathname}`];
    void answer(route, request).then((reply) => send(response, reply, isDraining()));
  };
}

async function answer(route: Route | undefined, request: IncomingMessage): Promise<Reply> {
  try {
    return route === undefined ? text(404, 'There is nothing here.') : await route(request);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Reply {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return text(502, 'That did not work; please try again.');
}

/** Who is told to close the connection asks the next time elsewhere. */
function send(response: ServerResponse, { status, type = 'text/plain', headers = {}, body }: Reply, closing: boolean): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers, ...(closing ? { connection: 'close' } : {}) });
  response.end(body);
}

/** The body as text; rejects beyond 16 KiB. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk as string;
    if (body.length > LONGEST_BODY) throw new RangeError('the body is too long');
  }
  return body;
}
