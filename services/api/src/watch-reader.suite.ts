import type { ApiTransport } from '@gantry/client';

/** One event of a JSON watch. */
export interface WatchedEvent {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- objects of every kind
  readonly object: any;
}

/** Reads a JSON watch event by event. */
export class WatchReader {
  readonly #lines: AsyncGenerator<string>;

  private constructor(
    readonly status: number,
    readonly contentType: string,
    private readonly chunks: AsyncIterable<Uint8Array>,
    private readonly controller: AbortController,
  ) {
    this.#lines = lines(chunks);
  }

  static async open(transport: ApiTransport, pathAndQuery: string, accept = 'application/json'): Promise<WatchReader> {
    const [path = '', query = ''] = pathAndQuery.split('?');
    const controller = new AbortController();
    const answer = await transport.stream({ method: 'GET', path, query: `watch=1&${query}`, headers: { accept }, signal: controller.signal });
    return new WatchReader(answer.status, answer.headers['content-type'] ?? '', answer.body, controller);
  }

  /** The next event; undefined when the server ended the watch. */
  async next(): Promise<WatchedEvent | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : (JSON.parse(value) as WatchedEvent);
  }

  /** The next `count` events as `TYPE name`, without bookmarks. */
  async take(count: number): Promise<string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the watch ended after ${JSON.stringify(seen)}`);
      if (event.type !== 'BOOKMARK') seen.push(`${event.type} ${String(event.object.metadata?.name)}`);
    }
    return seen;
  }

  /** Reads on, whatever comes, until the watch ends; rejects when it breaks. */
  async drain(): Promise<void> {
    for await (const _chunk of this.chunks);
  }

  close(): void {
    this.controller.abort();
  }
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + Buffer.from(chunk).toString()).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
