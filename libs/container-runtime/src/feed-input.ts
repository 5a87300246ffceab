import type { Writable } from 'node:stream';
import type { ProcessStreams } from './runtime.js';

/** Input that breaks is as input that ends: the output says the rest. Never rejects. */
export async function feed(target: Writable, stdin: ProcessStreams['stdin']): Promise<void> {
  target.on('error', () => undefined);
  try {
    for await (const chunk of stdin ?? []) {
      if (!target.write(chunk) && !target.destroyed) await room(target);
    }
  } catch {
    // Nobody waits for the input: thrown on, it would end the whole process.
  }
}

/** Resolves when it takes more, or nothing any more. */
function room(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      target.off('drain', go).off('close', go);
      resolve();
    };
    target.on('drain', go).on('close', go);
  });
}
