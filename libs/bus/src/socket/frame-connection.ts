import type { Socket } from 'node:net';
import { encodeFrame, FrameReader, type FrameParts, type SocketFrame } from './frame-codec.js';

export interface FrameConnectionOptions {
  /** Bytes of the longest frame. */
  readonly limit: number;
  readonly onFrame: (frame: SocketFrame) => void;
  /** Called once, however the connection ended. */
  readonly onClosed: (error: Error | undefined) => void;
}

/** Frames over a socket. What one turn of the event loop sends leaves as one write. */
export class FrameConnection {
  private queued: Buffer[] = [];
  private queuedBytes = 0;
  private readonly drainListeners: (() => void)[] = [];
  private error: Error | undefined;

  constructor(
    private readonly socket: Socket,
    { limit, onFrame, onClosed }: FrameConnectionOptions,
  ) {
    const reader = new FrameReader(limit);
    socket.on('data', (chunk: Buffer) => this.read(reader, chunk, onFrame));
    socket.on('error', (error) => (this.error ??= error));
    socket.on('close', () => onClosed(this.error));
    socket.on('drain', () => this.drained());
  }

  /** Bytes that the other side has not taken yet. */
  get buffered(): number {
    return this.queuedBytes + this.socket.writableLength;
  }

  get open(): boolean {
    return !this.socket.destroyed;
  }

  send(frame: FrameParts): void {
    if (this.socket.destroyed) return;
    const bytes = encodeFrame(frame);
    if (this.queued.length === 0) setImmediate(this.flush);
    this.queued.push(bytes);
    this.queuedBytes += bytes.byteLength;
  }

  /** Calls back once, when all that was sent was taken, or never when the connection ends before. */
  onDrained(listener: () => void): void {
    this.drainListeners.push(listener);
    if (this.buffered === 0) setImmediate(() => this.drained());
  }

  /** Sends what waits, then ends. */
  end(): void {
    this.flush();
    this.socket.destroySoon();
  }

  destroy(error?: Error): void {
    this.error ??= error;
    this.socket.destroy();
  }

  private read(reader: FrameReader, chunk: Buffer, onFrame: (frame: SocketFrame) => void): void {
    try {
      for (const frame of reader.push(chunk)) {
        if (this.socket.destroyed) return;
        onFrame(frame);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  private readonly flush = (): void => {
    const frames = this.queued;
    this.queued = [];
    this.queuedBytes = 0;
    if (this.socket.destroyed || frames.length === 0) return;
    this.socket.cork();
    let room = true;
    for (const frame of frames) room = this.socket.write(frame);
    this.socket.uncork();
    if (room) this.drained();
  };

  private drained(): void {
    for (const listener of this.drainListeners.splice(0)) listener();
  }
}
