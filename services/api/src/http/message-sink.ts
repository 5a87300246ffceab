import type { MessageSocket } from '@gantry/stream-protocols';
import type { AnswerSink } from './answer.js';

/** A WebSocket as a sink: every write is a message. What the client says is passed over. */
export class MessageSink implements AnswerSink {
  #last: Promise<void> = Promise.resolve();
  #isOver = false;
  readonly #goneListeners: (() => void)[] = [];
  readonly #overListeners: (() => void)[] = [];

  constructor(
    private readonly socket: MessageSocket,
    private readonly messageOf: (chunk: Uint8Array) => Uint8Array | string,
  ) {
    void this.#discard();
    void socket.closed.then(() => this.#onClosed());
  }

  write(chunk: Uint8Array): void {
    if (!this.#isOver) this.#last = this.socket.send(this.messageOf(chunk)).catch(() => undefined);
  }

  get buffered(): number {
    return this.socket.unsent;
  }

  drained(): Promise<void> {
    return this.#last;
  }

  end(): void {
    this.#finish();
    this.socket.close();
  }

  destroy(): void {
    this.#finish();
    this.socket.destroy();
  }

  onGone(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#goneListeners.push(listener);
  }

  onOver(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#overListeners.push(listener);
  }

  async #discard(): Promise<void> {
    for await (const _message of this.socket.messages());
  }

  #onClosed(): void {
    if (this.#isOver) return;
    this.#finish();
    for (const listener of this.#goneListeners) listener();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#overListeners) listener();
  }
}
