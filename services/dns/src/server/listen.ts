import type { Clock, Logger } from '@gantry/async';
import type { Respond } from './respond.js';
import { serveTcp } from './serve-tcp.js';
import { serveUdp } from './serve-udp.js';

export interface ListenOptions {
  readonly address: string;
  /** 0: any that is free for both. */
  readonly port: number;
  readonly respond: Respond;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A port that the kernel chose for UDP may be taken for TCP. */
const ATTEMPTS = 10;

/** UDP and TCP on one port; rejects with neither bound when one of them cannot be. */
export async function listen(options: ListenOptions): Promise<Listening> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await listenOnce(options);
    } catch (error) {
      if (options.port !== 0 || left <= 1) throw error;
    }
  }
}

async function listenOnce({ address, port, respond, clock, logger }: ListenOptions): Promise<Listening> {
  const udp = await serveUdp(address, port, respond, logger);
  try {
    const tcp = await serveTcp(address, udp.port, respond, clock);
    return { port: udp.port, close: async () => void (await Promise.all([udp.close(), tcp.close()])) };
  } catch (error) {
    await udp.close();
    throw error;
  }
}
