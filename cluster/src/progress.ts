import type { ProgressStep } from './options.js';

/**
 * Runs one step of a start and tells about it; `detail` makes a short text of its result, `beginning` says what is done where that may
 * take long.
 */
export async function step<T>(report: (step: ProgressStep) => void, name: string, run: () => Promise<T>, detail: (result: T) => string = () => '', beginning?: string): Promise<T> {
  const began = performance.now();
  report({ name, state: 'started', ...(beginning === undefined ? {} : { detail: beginning }) });
  const result = await run();
  report({ name, state: 'done', detail: detail(result), took: performance.now() - began });
  return result;
}
