import type { Failpoint, Failpoints } from '@gantry/async';
import type { AnswerSink } from '../http/answer.js';

/** Bytes that a watch writes ahead of its client while it catches up: enough for a connection to be busy. */
const AHEAD = 256 * 1024;
/** Milliseconds for which one watch that catches up may keep the event loop, and the frames after which the clock is looked at. */
const SLICE_MS = 4;
const FRAMES = 16;

/** What a watch writes to, in order, and how far its client is behind. */
export class WatchBody {
  readonly #sink: AnswerSink;
  readonly #stallMs: number;
  readonly #failpoints: Failpoints;
  /** Set while a failpoint holds something back: what follows waits behind it. */
  #tail: Promise<void> | undefined;
  #frames = 0;
  #sliceEnd = performance.now() + SLICE_MS;

  constructor(sink: AnswerSink, stallMs: number, failpoints: Failpoints) {
    this.#sink = sink;
    this.#stallMs = stallMs;
    this.#failpoints = failpoints;
  }

  /** Bytes that the client has not taken yet. */
  get buffered(): number {
    return this.#sink.buffered;
  }

  event(frame: Uint8Array): void {
    this.#write(frame, 'before-watch-send');
    void this.#failpoints.pass('after-watch-send');
  }

  bookmark(frame: Uint8Array): void {
    this.#write(frame, 'before-bookmark');
    void this.#failpoints.pass('after-bookmark');
  }

  /** True when who catches up should pause: the client has enough to read, or others wait for the loop. */
  get needsPause(): boolean {
    if (this.#sink.buffered > AHEAD) return true;
    this.#frames += 1;
    return this.#frames % FRAMES === 0 && performance.now() > this.#sliceEnd;
  }

  /** Resolves when it goes on; false when the client has taken nothing for too long. */
  async pause(): Promise<boolean> {
    const isTaken = this.#sink.buffered <= AHEAD || (await this.#taken());
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceEnd = performance.now() + SLICE_MS;
    return isTaken;
  }

  end(): void {
    if (this.#tail === undefined) this.#sink.end();
    else void this.#tail.then(() => this.#sink.end());
  }

  destroy(): void {
    this.#sink.destroy();
  }

  /** Resolves when the client has taken what was written, or is gone; false when it took nothing for the time that it has. */
  async #taken(): Promise<boolean> {
    let isOver = false;
    const drained = this.#sink.drained().then(() => (isOver = true));
    for (let before = Infinity; !isOver && this.#sink.buffered < before; ) {
      before = this.#sink.buffered;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, this.#stallMs).unref();
      await Promise.race([drained, promise]);
      clearTimeout(timer);
    }
    return isOver;
  }

  #write(frame: Uint8Array, point: Failpoint): void {
    const pause = this.#failpoints.pass(point);
    if (pause === undefined && this.#tail === undefined) return this.#sink.write(frame);
    this.#tail = Promise.all([this.#tail, pause]).then(() => this.#sink.write(frame));
  }
}
