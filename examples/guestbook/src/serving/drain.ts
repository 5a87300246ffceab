import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** The part of an HTTP server that ends. */
export type Drainable = Pick<Server, 'close' | 'closeIdleConnections' | 'closeAllConnections'> & { getConnections(callback: (error: Error | null, count: number) => void): unknown };

const LOOK = 50;

/**
 * Ends a server without breaking a request. Cutting an idle connection may meet a request that is on its way; so clients are first
 * told, with their next answer, to close it themselves, and only what is still open after `grace` milliseconds is cut.
 * @param begin makes answers say so
 */
export async function drain(server: Drainable, grace: number, begin: () => void): Promise<void> {
  begin();
  const end = performance.now() + grace;
  while ((await connectionsOf(server)) > 0 && performance.now() < end) await delay(LOOK);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, delay(grace, undefined, { ref: false })]);
  server.closeAllConnections();
  await closed;
}

function connectionsOf(server: Drainable): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
