import type { Send } from './http-load.js';

/** Small requests one after another until stopped, to see the loop blocked; resolves with their latencies in milliseconds. */
export function probe(send: Send): { stop: () => Promise<number[]> } {
  const latencies: number[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const began = performance.now();
      await send({ method: 'GET', path: '/readyz' });
      latencies.push(performance.now() - began);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return latencies;
    },
  };
}
