import { backoffDelay, delay, silentLogger, systemClock } from '@gantry/async';
import type { Clock, Logger } from '@gantry/async';
import { encodeToken } from '@gantry/bus';
import type { Bus } from '@gantry/bus';
import { connectNatsBus, JOIN_IDENTITY } from '@gantry/bus/nats';
import { createBusTransport, createClient } from '@gantry/client';
import { fetchCredentials } from './fetch-credentials.js';
import type { NodeCredentials } from './fetch-credentials.js';
import { datesOf, ensureNodeFiles, storeCertificate } from './node-files.js';
import type { NodeFiles } from './node-files.js';
import { isCertificateRefused, isFinal, reasonOf } from './refused.js';
import { requestCertificate } from './request-certificate.js';

export interface JoinOptions {
  readonly servers: readonly string[];
  /** PEM of who signed the bus's certificate; without it the connection is not encrypted. */
  readonly ca?: string;
  /** The `.creds` of nodes that join. */
  readonly joinCredentials: string;
  readonly nodeName: string;
  /** Where the node's key and certificate are kept over restarts: the name stays with the key. */
  readonly folder: string;
  /** Default: a day. */
  readonly certificateSeconds?: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

const DAY_SECONDS = 86_400;
const JOIN_PREFIX = 'api.join.node';
const RETRY = { initial: 500, cap: 10_000, jitter: 0.2 };
/** A kept certificate is shown again while more than this part of its time is left. */
const WORTH_SHOWING = 0.3;

/**
 * Makes this process the node of that name: asks for its certificate, shows it, and gets the credentials of the node's own connection. Tries until
 * the signal where the cluster is not there yet or the name is a living node's; rejects with a `JoinRefusedError`, 403,
 * or a `BusError` of the code `refused`, where that is of no use.
 */
export async function joinCluster(options: JoinOptions): Promise<NodeCredentials> {
  const { nodeName, logger = silentLogger, clock = systemClock, signal } = options;
  for (let failures = 1; ; failures++) {
    try {
      return await joinOnce(options);
    } catch (error) {
      signal?.throwIfAborted();
      if (isFinal(error)) throw error;
      logger.warn({ node: nodeName, reason: reasonOf(error) }, 'the node has not joined yet');
      await delay(clock, backoffDelay(RETRY, failures), signal);
    }
  }
}

async function joinOnce(options: JoinOptions): Promise<NodeCredentials> {
  const { servers, ca, joinCredentials, logger, signal } = options;
  const bus = await connectNatsBus({ servers, identity: JOIN_IDENTITY, credentials: { creds: joinCredentials }, ...(ca && { tls: { ca } }), ...(logger && { logger }), ...(signal && { signal }) });
  try {
    return await obtainCredentials({ ...options, bus, prefix: JOIN_PREFIX, renew: false });
  } finally {
    await bus.close();
  }
}

/** The subjects under which a node itself asks. */
export function ownPrefix(nodeName: string): string {
  return `api.node.${encodeToken(nodeName)}`;
}

export interface ObtainOptions extends Pick<JoinOptions, 'nodeName' | 'folder' | 'certificateSeconds' | 'clock' | 'signal'> {
  readonly bus: Bus;
  readonly prefix: string;
  /** The certificate that is kept is not shown again, a new one is asked for. */
  readonly renew: boolean;
}

/** Once: a certificate, kept or new, and the credentials for it. */
export async function obtainCredentials(options: ObtainOptions): Promise<NodeCredentials> {
  const { bus, prefix, folder, nodeName, clock = systemClock, signal = new AbortController().signal } = options;
  const files = await ensureNodeFiles(folder, nodeName);
  const kept = options.renew ? undefined : worthShowing(files, clock.now());
  if (kept !== undefined) {
    try {
      return await fetchCredentials(bus, prefix, { certificate: kept, key: files.key }, signal);
    } catch (error) {
      if (!isCertificateRefused(error)) throw error;
    }
  }
  const client = createClient(createBusTransport({ bus, subjectPrefix: prefix }), { clock });
  const certificate = await requestCertificate({ client, nodeName, key: files.key, expirationSeconds: options.certificateSeconds ?? DAY_SECONDS, clock, signal });
  const credentials = await fetchCredentials(bus, prefix, { certificate, key: files.key }, signal);
  await storeCertificate(folder, certificate);
  return credentials;
}

function worthShowing({ certificate }: NodeFiles, now: number): string | undefined {
  if (certificate === undefined) return undefined;
  const { from, to } = datesOf(certificate);
  return to - now > (to - from) * WORTH_SHOWING ? certificate : undefined;
}
