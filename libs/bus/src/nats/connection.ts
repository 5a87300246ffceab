import { delay, silentLogger, systemClock } from '@gantry/async';
import { connect, credsAuthenticator, errors, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { BusError } from '../bus.js';
import { NATS_DEFAULTS, type NatsBusOptions } from './options.js';

/** Milliseconds between attempts, at first and after a connection was lost. */
const RETRY_MS = 250;
/** A server that says nothing for two of these is taken for gone. */
const PING_MS = 5_000;

/** The first connection, tried until the deadline. Rejects with `refused` where the server does not know the client. */
export async function openConnection(options: NatsBusOptions, inbox: string): Promise<NatsConnection> {
  const { timeoutMs = NATS_DEFAULTS.timeoutMs, clock = systemClock, logger = silentLogger } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await connect(connectionOptions(options, inbox));
    } catch (error) {
      if (error instanceof errors.AuthorizationError) throw new BusError('refused', 'the NATS server does not know this client');
      if (limit.aborted) throw new BusError('timeout', `no connection to NATS within ${timeoutMs} ms (${(error as Error).message})`);
      logger.debug({ error: String(error) }, 'no connection to NATS yet');
      await delay(clock, RETRY_MS, signal).catch(() => undefined);
    }
  }
}

function connectionOptions({ servers, identity, credentials, tls }: NatsBusOptions, inbox: string): ConnectionOptions {
  return {
    servers: [...servers],
    name: identity,
    inboxPrefix: inbox,
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    // The client would give up for good after two refusals, and nobody would look again: credentials may be renewed, a server set right.
    ignoreAuthErrorAbort: true,
    // Messages that wait while there is no connection would come late and out of date.
    noAsyncTraces: true,
    ...(credentials === undefined ? {} : 'creds' in credentials ? { authenticator: credsAuthenticator(() => Buffer.from(typeof credentials.creds === 'function' ? credentials.creds() : credentials.creds)) } : { user: credentials.user, pass: credentials.password }),
    ...(tls === undefined ? {} : { tls: { ca: tls.ca, cert: tls.certificate, key: tls.key } }),
  };
}
