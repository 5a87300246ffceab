import { Worker } from 'node:worker_threads';
import { onAbort } from '@gantry/async';
import type { ImageErrorCode } from '../image-error.js';
import { ImageError } from '../image-error.js';
import type { Unpacked, UnpackTask } from './unpack-layer.js';

type Answer = { readonly unpacked: Unpacked } | { readonly failed: { readonly code: ImageErrorCode; readonly message: string } };

/** Workers of sources could not import each other's TypeScript: there, tests unpack in place. */
const isBuilt = import.meta.url.endsWith('.js');

/** Unpacks a layer beside the main thread. An abort leaves the folder as it is then. */
export async function unpackInWorker(task: UnpackTask, signal?: AbortSignal): Promise<Unpacked> {
  signal?.throwIfAborted();
  if (!isBuilt) return (await import('./unpack-layer.js')).unpackLayer(task);
  const worker = new Worker(new URL('./unpack-worker.js', import.meta.url), { workerData: task });
  const answer = Promise.withResolvers<Answer>();
  worker.once('message', answer.resolve);
  worker.once('error', answer.reject);
  worker.once('exit', () => answer.reject(new ImageError('pull-failed', 'the unpacking of a layer ended without an answer')));
  const forget = onAbort(signal, answer.reject);
  try {
    const said = await answer.promise;
    if ('failed' in said) throw new ImageError(said.failed.code, said.failed.message);
    return said.unpacked;
  } finally {
    forget();
    await worker.terminate();
  }
}
