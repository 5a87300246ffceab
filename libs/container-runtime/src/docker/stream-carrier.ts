import type { Duplex } from 'node:stream';
import { Backoff, delay, onAbort, systemClock } from '@gantry/async';
import { feed } from '../feed-input.js';
import type { ProcessStreams } from '../runtime.js';

const HEADER = 8;
const RESIZE_ATTEMPTS = 5;
type Size = { readonly h: number; readonly w: number };

/** Moves bytes between a hijacked connection and a caller's streams until the process closed its side; rejects when `signal` aborts first. */
export async function carry(duplex: Duplex, streams: ProcessStreams, resize: (size: Size) => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const release = onAbort(signal, (reason) => duplex.destroy(reason as Error));
  if (streams.stdin !== undefined) void feed(duplex, streams.stdin).then(() => duplex.end());
  void follow(streams.resize, resize);
  try {
    await (streams.tty ? bare(duplex, streams) : framed(duplex, streams));
  } finally {
    release();
    duplex.destroy();
  }
}

async function follow(sizes: ProcessStreams['resize'], resize: (size: Size) => Promise<unknown>): Promise<void> {
  if (sizes === undefined) return;
  for await (const { width, height } of sizes) await resized(resize, { h: height, w: width });
}

/** The first size may come before the engine has the process. One that comes when it has just ended is of no interest to anyone. */
async function resized(resize: (size: Size) => Promise<unknown>, size: Size): Promise<void> {
  const backoff = new Backoff({ initial: 20, cap: 200 });
  for (let attempt = 0; attempt < RESIZE_ATTEMPTS; attempt += 1) {
    if (await resize(size).then(() => true, () => false)) return;
    await delay(systemClock, backoff.next());
  }
}

async function bare(duplex: Duplex, streams: ProcessStreams): Promise<void> {
  for await (const chunk of duplex) await streams.stdout?.(chunk as Uint8Array);
}

async function framed(duplex: Duplex, streams: ProcessStreams): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of duplex) {
    rest = Buffer.concat([rest, chunk as Uint8Array]);
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt32BE(4)) {
      const length = HEADER + rest.readUInt32BE(4);
      await (rest[0] === 2 ? streams.stderr : streams.stdout)?.(rest.subarray(HEADER, length));
      rest = rest.subarray(length);
    }
  }
}
