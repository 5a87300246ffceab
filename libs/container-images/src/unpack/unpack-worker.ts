// The entry of the worker that unpacks one layer.
import { parentPort, workerData } from 'node:worker_threads';
import { ImageError } from '../image-error.js';
import type { UnpackTask } from './unpack-layer.js';
import { unpackLayer } from './unpack-layer.js';

try {
  parentPort?.postMessage({ unpacked: await unpackLayer(workerData as UnpackTask) });
} catch (error) {
  // An error of a class of ours would arrive as a plain one.
  parentPort?.postMessage({ failed: { code: error instanceof ImageError ? error.code : 'pull-failed', message: (error as Error).message } });
}
