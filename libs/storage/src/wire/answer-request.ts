import type { Storage } from '../storage.js';
import { StorageError } from '../storage.js';
import type { StorageAnswer } from './answers.js';
import type { StorageRequest } from './requests.js';

/** Carries out one request on a storage. Never rejects: an error is an answer too. */
export async function answerRequest(storage: Storage, request: StorageRequest, signal?: AbortSignal): Promise<StorageAnswer> {
  try {
    return await carryOut(storage, request, signal);
  } catch (error) {
    return errorAnswer(error);
  }
}

async function carryOut(storage: Storage, request: StorageRequest, signal?: AbortSignal): Promise<StorageAnswer> {
  switch (request.verb) {
    case 'write':
      return { verb: 'write', outcome: await storage.write(request.operations, { signal }) };
    case 'get':
      return { verb: 'get', ...(await storage.get(request.key, { revision: request.revision, signal })) };
    case 'list':
      return { verb: 'list', page: await storage.list(request.prefix, { revision: request.revision, limit: request.limit, after: request.after, signal }) };
    case 'history':
      return { verb: 'history', page: await storage.history(request.after, { limit: request.limit, signal }) };
    case 'currentRevision':
      return { verb: 'currentRevision', revision: await storage.currentRevision({ signal }) };
  }
}

/** A RangeError is the caller's mistake; anything that is not a StorageError means that nothing is known, so a write may have happened. */
function errorAnswer(error: unknown): StorageAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StorageError) return { verb: 'error', code: error.code, message };
  return { verb: 'error', code: error instanceof RangeError ? 'invalid' : 'ambiguous', message };
}
