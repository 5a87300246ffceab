import type { Inspector, Verdict } from './relay.js';

/** A message of the frontend: its type (undefined of the first ones, which have none) and its body. */
interface Message {
  readonly type: string | undefined;
  readonly body: Buffer;
}

/**
 * Reads what a Postgres client sends, message by message (PostgreSQL documentation, "Message Formats"). The first messages have no type: a request for
 * encryption, which is only looked at, and the start of the session.
 */
class FrontendReader {
  #rest = Buffer.alloc(0);
  #isStarted = false;

  take(chunk: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Message | undefined {
    const header = this.#isStarted ? 1 : 0;
    if (this.#rest.length < header + 4) return undefined;
    const end = header + this.#rest.readInt32BE(header);
    if (this.#rest.length < end) return undefined;
    const type = this.#isStarted ? String.fromCharCode(this.#rest[0]!) : undefined;
    const body = this.#rest.subarray(header + 4, end);
    this.#rest = this.#rest.subarray(end);
    if (!this.#isStarted && (body.length !== 4 || body.readInt32BE(0) >>> 16 !== 1234)) this.#isStarted = true;
    return { type, body };
  }
}

/** The name of the prepared statement that a Bind message runs: the second of two texts that end in a zero byte. */
function boundStatement(body: Buffer): string {
  const portalEnd = body.indexOf(0);
  return body.toString('latin1', portalEnd + 1, body.indexOf(0, portalEnd + 1));
}

export interface CommitFaultOptions {
  /** The prepared statement that is one transaction. */
  readonly statement: string;
  /** Asked when such a statement was sent. `lose`: it is done, and the answer never arrives. `cut`: the connection ends at once, so that nobody knows whether it was done. */
  readonly decide: () => 'pass' | 'lose' | 'cut';
  /** Told when an answer was taken away: what it spoke of is committed. */
  readonly onLost?: () => void;
}

/** Takes the answer of a commit away, after it was sent: the worst moment of all. Connections without encryption alone. */
export function commitFaults({ statement, decide, onLost }: CommitFaultOptions): () => Inspector {
  return () => {
    const reader = new FrontendReader();
    let isArmed = false;
    const judge = ({ type, body }: Message): Verdict => {
      const isCommit = (type === 'B' && boundStatement(body) === statement) || (type === 'Q' && /^\s*commit\b/i.test(body.toString('latin1')));
      const fate = isCommit ? decide() : 'pass';
      isArmed ||= fate === 'lose';
      return fate === 'cut' ? 'cut' : 'pass';
    };
    return {
      fromClient: (chunk) => (reader.take(chunk).map(judge).includes('cut') ? 'cut' : 'pass'),
      fromServer: () => {
        if (!isArmed) return 'pass';
        onLost?.();
        return 'cut';
      },
    };
  };
}
