import { randomBytes } from 'node:crypto';

/** An answer that nobody has fetched by then is forgotten: who asks later reads anew. */
const KEPT_MS = 5_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Answers that did not fit into a message, until they are fetched over a stream: read once, not once for the message and again for the
 * stream. Each is given out once, to whoever was told its ticket, so that nobody gets an answer that is older than the question.
 */
export class KeptAnswers {
  /** Names this server: only it has the answers. */
  readonly name = randomBytes(8).toString('hex');
  private readonly answers = new Map<number, Uint8Array>();
  private bytes = 0;
  private next = 0;

  /** The ticket of the answer, or undefined where there is no room for it. */
  keep(answer: Uint8Array): string | undefined {
    if (this.bytes + answer.length > MOST_BYTES) return undefined;
    const number = this.next++;
    this.answers.set(number, answer);
    this.bytes += answer.length;
    setTimeout(() => this.forget(number), KEPT_MS).unref();
    return `${this.name} ${number}`;
  }

  take(ticket: string): Uint8Array | undefined {
    const [name, number] = ticket.split(' ');
    if (name !== this.name) return undefined;
    const answer = this.answers.get(Number(number));
    this.forget(Number(number));
    return answer;
  }

  private forget(number: number): void {
    this.bytes -= this.answers.get(number)?.length ?? 0;
    this.answers.delete(number);
  }
}
