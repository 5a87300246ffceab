import { BusError, NotSentError } from '@gantry/bus';
import type { StorageAnswer } from '@gantry/storage';
import { StorageError } from '@gantry/storage';

/**
 * What a failure of the bus means for a request that was handed to it. A read can simply be repeated; a write that nobody
 * took, or that was never sent, was not done; any other failure may have come after the commit.
 */
export function fromBusError(error: unknown, isWrite: boolean): Error {
  if (error instanceof StorageError || error instanceof RangeError) return error;
  const isSafe = !isWrite || error instanceof NotSentError || (error instanceof BusError && (error.code === 'no-responders' || error.code === 'refused' || error.code === 'too-large'));
  const reason = error instanceof Error ? error.message : String(error);
  if (isSafe) return new StorageError('unavailable', `the store cannot be reached: ${reason}`, { cause: error });
  return new StorageError('ambiguous', `the store's answer to a write was lost: ${reason}`, { cause: error });
}

/** The error that an answer stands for. */
export function fromAnswer(answer: StorageAnswer & { verb: 'error' }): Error {
  return answer.code === 'invalid' ? new RangeError(answer.message) : new StorageError(answer.code, answer.message);
}
