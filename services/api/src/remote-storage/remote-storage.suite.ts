import type { Bus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { answerRequest, decodeRequests, encodeAnswers } from '@gantry/storage';

/** Both ends of the storage's subjects, for tests on either side: the store's own tests reach it as `api` does. */
export { createRemoteStorage } from './remote-storage.js';

/** Answers on the store's subjects from any storage. */
export function serveStorage(bus: Bus, storage: Storage): void {
  for (const subject of ['store.read', 'store.write']) {
    bus.respond(subject, async ({ data }) => ({ data: await answer(storage, data, bus.maxPayload - 4_096) }));
    bus.acceptStreams(`${subject}.stream`, async (stream) => {
      stream.accept();
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream.readable) chunks.push(chunk);
      await stream.write(await answer(storage, Buffer.concat(chunks)));
      await stream.end();
    });
  }
}

async function answer(storage: Storage, data: Uint8Array, limit?: number): Promise<Buffer> {
  return encodeAnswers(await Promise.all(decodeRequests(data).map((request) => answerRequest(storage, request))), limit);
}
