import type { Logger } from '@gantry/async';
import type { Bus, ByteStream, Subscription } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { answerRequest, decodeRequests, encodeAnswers, StorageError } from '@gantry/storage';
import { messageOf } from '../postgres/errors.js';

export interface ServeOptions {
  readonly bus: Bus;
  /** `store.read` or `store.write`; what does not fit into a message comes as a stream on `<subject>.stream`. */
  readonly subject: string;
  /** Servers of one queue share the requests. */
  readonly queue?: string;
  readonly storage: Storage;
  readonly logger: Logger;
}

/** Room in a message for what the carrier adds. */
const OVERHEAD = 4_096;

/** Answers storage requests, several a message, until it is closed. */
export function serve({ bus, subject, queue, storage, logger }: ServeOptions): Subscription {
  const messages = bus.respond(
    subject,
    async ({ data }, signal) => ({ data: await answer(storage, data, signal, bus.maxPayload - OVERHEAD) }),
    { queue },
  );
  const streams = bus.acceptStreams(
    `${subject}.stream`,
    (stream) => {
      stream.accept();
      return answerStream(storage, stream).catch((error: unknown) => {
        logger.warn({ error, subject }, 'a stream of the storage broke');
        stream.cancel(messageOf(error));
      });
    },
    { queue },
  );
  return { close: async () => void (await Promise.all([messages.close(), streams.close()])) };
}

async function answer(storage: Storage, data: Uint8Array, signal: AbortSignal | undefined, limit?: number): Promise<Buffer> {
  const answers = await Promise.all(decodeRequests(data).map((request) => answerRequest(storage, request, signal)));
  return encodeAnswers(answers, limit);
}

async function answerStream(storage: Storage, stream: ByteStream): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  await stream.write(await answer(storage, Buffer.concat(chunks), undefined));
  await stream.end();
}

/** The reading half as a whole storage: writes belong to the leader. */
export function readOnly(reads: Omit<Storage, 'write'>): Storage {
  return { ...reads, write: () => Promise.reject(new StorageError('unavailable', 'only the leader writes')) };
}
