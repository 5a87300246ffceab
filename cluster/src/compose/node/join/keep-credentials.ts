import { backoffDelay, delay, silentLogger, systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { NodeCredentials } from './fetch-credentials.js';
import { joinCluster, obtainCredentials, ownPrefix } from './join-cluster.js';
import type { JoinOptions } from './join-cluster.js';
import { reasonOf } from './refused.js';

export interface KeepOptions extends Omit<JoinOptions, 'signal'> {
  readonly credentials: NodeCredentials;
  /** The node's own connection. */
  readonly bus: Bus;
  /** What the next connection of the node has to show. */
  readonly onRenewed: (credentials: NodeCredentials) => void;
  /** In [0, 1); `Math.random` where not given. */
  readonly random?: () => number;
}

const RETRY = { initial: 1_000, cap: 60_000, jitter: 0.2 };

/** When to renew, in milliseconds from now: after 70 to 90 % of the time that is left, so that nodes that joined together do not renew together. */
export function renewalDelay(expires: number, now: number, random: () => number): number {
  return Math.max(0, (expires - now) * (0.7 + 0.2 * random()));
}

/**
 * Renews the node's certificate and credentials before they end, over the node's own connection; where that is not let in any more, as one
 * that joins. `stop` ends it at once.
 */
export function keepCredentials(options: KeepOptions): { stop(): Promise<void> } {
  const abort = new AbortController();
  const running = keep(options, abort.signal).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    stop: async () => {
      abort.abort();
      await running;
    },
  };
}

async function keep(options: KeepOptions, signal: AbortSignal): Promise<void> {
  const { clock = systemClock, random = Math.random } = options;
  let { credentials } = options;
  for (;;) {
    await delay(clock, renewalDelay(credentials.expires, clock.now(), random), signal);
    credentials = await renewed(options, credentials, signal);
    options.onRenewed(credentials);
  }
}

/** Tries until it succeeds: a node that is refused now may be wanted again. */
async function renewed(options: KeepOptions, { expires }: NodeCredentials, signal: AbortSignal): Promise<NodeCredentials> {
  const { bus, nodeName, clock = systemClock, logger = silentLogger } = options;
  for (let failures = 1; ; failures++) {
    try {
      if (clock.now() >= expires) return await joinCluster({ ...options, signal });
      return await obtainCredentials({ ...options, bus, prefix: ownPrefix(nodeName), renew: true, signal });
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ node: nodeName, reason: reasonOf(error) }, 'the credentials of the node are not renewed yet');
      await delay(clock, backoffDelay(RETRY, failures), signal);
    }
  }
}
