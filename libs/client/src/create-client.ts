import { systemClock, type Clock } from '@gantry/async';
import type { Client } from './client.js';
import { RestResourceClient } from './resource-client.js';
import type { ApiTransport } from './transport.js';

export interface ClientOptions {
  /** Owns the waits between attempts. */
  readonly clock?: Clock;
}

/** A client over any transport; closing it closes the transport. */
export function createClient(transport: ApiTransport, { clock = systemClock }: ClientOptions = {}): Client {
  return {
    resource: (resource, namespace) => new RestResourceClient({ transport, clock, resource, namespace }),
    close: () => transport.close(),
  };
}
