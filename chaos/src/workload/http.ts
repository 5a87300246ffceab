import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { ClientCredentials } from '../plane/credentials.js';

/** What came back whole. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer that goes on, line by line. */
export interface OpenAnswer {
  readonly status: number;
  readonly lines: AsyncIterable<string>;
  close(): void;
}

/** A client of its own, so that nothing of the product's retries or hides anything. Speaks to one api replica. */
export class ApiConnection {
  readonly #agent: Agent;

  constructor(
    readonly name: string,
    private readonly port: number,
    credentials: ClientCredentials,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, ...credentials });
  }

  /** Rejects when there is no whole answer in time: the request may have been served or not. */
  send(method: string, path: string, body?: object, type = 'application/json', timeoutMs = 20_000): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const sent = this.#request(method, path, payload === undefined ? {} : { 'content-type': type, 'content-length': String(payload.length) });
      const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      sent.on('error', reject).on('close', () => clearTimeout(timer));
      sent.on('response', (response: IncomingMessage) => void collect(response).then(resolve, reject));
      sent.end(payload);
    });
  }

  /** An open answer, read by whoever asked. */
  open(path: string): Promise<OpenAnswer> {
    return new Promise((resolve, reject) => {
      const sent = this.#request('GET', path, {});
      sent.on('error', reject).on('response', (response: IncomingMessage) => resolve({ status: response.statusCode ?? 0, lines: linesOf(response), close: () => sent.destroy() }));
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(method: string, path: string, headers: Record<string, string>): ClientRequest {
    return request({ host: '127.0.0.1', port: this.port, method, path, agent: this.#agent, headers: { accept: 'application/json', ...headers } });
  }
}

/**
 * The lines of a body, the last one also where it was cut off. Nothing is read before somebody asks for the first one: Node's own `readline` begins at
 * once, and what comes in one piece with the headers would be lost.
 */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
