import { newBadRequest, newInternalError, newServiceUnavailable, StatusError } from '@gantry/apimachinery';
import type { Logger } from '@gantry/async';
import { decodeToken } from '@gantry/bus';
import type { Bus, BusMessage, Reply } from '@gantry/bus';
import { nodeToken } from './credentials.js';
import type { CredentialsOptions } from './credentials.js';

export interface ServeJoinOptions extends CredentialsOptions {
  readonly bus: Bus;
  readonly logger: Logger;
  /** False until the caches have been filled for the first time. */
  readonly isReady: () => boolean;
}

/** Who may ask: nodes that join, and nodes that renew what they have. */
const REQUESTERS = ['api.join.*', 'api.node.*'];
const QUEUE = { queue: 'api' };

/**
 * Lets nodes onto the bus. On `….challenge` a node gets what to sign; on `….credentials` it shows its certificate and the signature, and gets
 * the token of its own user. Failures are answered as a Status.
 */
export function serveJoin(options: ServeJoinOptions): { close(): Promise<void> } {
  const { bus, challenges } = options;
  const subscriptions = REQUESTERS.flatMap((requester) => [
    bus.respond(`${requester}.challenge`, () => reply({ challenge: challenges.make() }), QUEUE),
    bus.respond(`${requester}.credentials`, (message) => answer(options, message), QUEUE),
  ]);
  return {
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    },
  };
}

async function answer(options: ServeJoinOptions, { subject, data }: BusMessage): Promise<Reply> {
  try {
    if (!options.isReady()) throw newServiceUnavailable('the server is starting');
    return reply(await nodeToken(options, parsed(data), nodeOf(subject)));
  } catch (error) {
    if (!(error instanceof StatusError)) options.logger.error({ subject, error: error instanceof Error ? error.stack : String(error) }, 'A node could not be let in');
    const { status, message } = error instanceof StatusError ? error : newInternalError(error);
    if (error instanceof StatusError) options.logger.warn({ subject, reason: message }, 'A node is not let in');
    return reply(status);
  }
}

function nodeOf(subject: string): string | undefined {
  const [, kind, token = ''] = subject.split('.');
  return kind === 'node' ? decodeToken(token) : undefined;
}

function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString());
  } catch {
    throw newBadRequest('the request is no JSON');
  }
}

function reply(value: unknown): Reply {
  return { data: Buffer.from(JSON.stringify(value)) };
}
