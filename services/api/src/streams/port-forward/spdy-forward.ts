import type { SpdyStream } from '@gantry/stream-protocols';
import type { ForwardEnds } from './forward.js';

/** Milliseconds between the first stream of a connection and the second. */
const PAIR_MS = 30_000;

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
  overdue?: NodeJS.Timeout;
}

export type Forward = (ends: ForwardEnds, port: number) => void;

/** Finds the streams that belong together: one for bytes and one for what went wrong, by the id that the client gave the connection. */
export class StreamPairs {
  readonly #pairs = new Map<string, Pair>();

  constructor(private readonly forward: Forward) {}

  add(stream: SpdyStream): void {
    const port = Number(stream.headers['port'] ?? '');
    const type = stream.headers['streamtype'];
    if (!Number.isInteger(port) || port < 1 || port > 65_535 || (type !== 'data' && type !== 'error')) return stream.reset();
    const id = stream.headers['requestid'] ?? String(type === 'error' ? stream.id : stream.id - 2);
    const pair = this.#pairs.get(id) ?? this.#begun(id);
    if (pair[type] !== undefined) return stream.reset();
    pair[type] = stream;
    if (pair.data === undefined || pair.error === undefined) return;
    this.#forget(id, pair);
    this.forward(endsOf(pair.data, pair.error), port);
  }

  stop(): void {
    for (const [id, pair] of this.#pairs) this.#forget(id, pair);
  }

  #begun(id: string): Pair {
    const pair: Pair = {};
    pair.overdue = setTimeout(() => {
      this.#pairs.delete(id);
      pair.data?.reset();
      void pair.error?.write(Buffer.from(`(request=${id}) timed out waiting for streams`)).then(() => pair.error?.end(), () => undefined);
    }, PAIR_MS).unref();
    this.#pairs.set(id, pair);
    return pair;
  }

  #forget(id: string, pair: Pair): void {
    clearTimeout(pair.overdue);
    this.#pairs.delete(id);
  }
}

function endsOf(data: SpdyStream, error: SpdyStream): ForwardEnds {
  return {
    readable: data.readable,
    write: (chunk) => data.write(chunk),
    end: () => data.end(),
    reset: () => data.reset(),
    conclude: async (text) => {
      if (text !== '') await error.write(Buffer.from(text));
      await error.end();
    },
  };
}
