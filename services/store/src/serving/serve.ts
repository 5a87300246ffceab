import type { Logger } from '@gantry/async';
import type { Bus, ByteStream, Subscription } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { answerRequest, decodeRequests, encodeAnswers, StorageError } from '@gantry/storage';
import { messageOf } from '../postgres/errors.js';
import { KeptAnswers } from './kept-answers.js';

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
  const kept = new KeptAnswers();
  const messages = bus.respond(
    subject,
    async ({ data }, signal) => ({ data: await answer(storage, data, signal, bus.maxPayload - OVERHEAD, (large) => kept.keep(large)) }),
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
  const keeping = bus.acceptStreams(`${subject}.${kept.name}.stream`, async (stream) => {
    stream.accept();
    await giveKept(kept, stream).catch((error: unknown) => stream.cancel(messageOf(error)));
  });
  return { close: async () => void (await Promise.all([messages.close(), streams.close(), keeping.close()])) };
}

async function answer(storage: Storage, data: Uint8Array, signal: AbortSignal | undefined, limit?: number, keep?: (answer: Uint8Array) => string | undefined): Promise<Buffer> {
  const answers = await Promise.all(decodeRequests(data).map((request) => answerRequest(storage, request, signal)));
  return encodeAnswers(answers, limit, keep);
}

async function answerStream(storage: Storage, stream: ByteStream): Promise<void> {
  await stream.write(await answer(storage, await readAll(stream), undefined));
  await stream.end();
}

/** What is asked is a ticket; nothing is the answer where it is not known any more. */
async function giveKept(kept: KeptAnswers, stream: ByteStream): Promise<void> {
  const large = kept.take((await readAll(stream)).toString());
  if (large) await stream.write(large);
  await stream.end();
}

async function readAll(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The reading half as a whole storage: writes belong to the leader. */
export function readOnly(reads: Omit<Storage, 'write'>): Storage {
  return { ...reads, write: () => Promise.reject(new StorageError('unavailable', 'only the leader writes')) };
}
