import type { Bus } from '../bus.js';

/** A health check of a process: content while its bus is connected. */
export function connectionCheck(bus: Pick<Bus, 'onConnection'>): { readonly name: string; readonly check: () => string | undefined } {
  let connected = false;
  bus.onConnection((now) => void (connected = now));
  return { name: 'bus', check: () => (connected ? undefined : 'no connection to NATS') };
}
