import type { Clock, Logger } from '@gantry/async';
import type { FaultPlan } from '../memory/faults.js';

/** How a client shows who it is; none where the server asks for nothing. */
export type NatsCredentials =
  | { readonly user: string; readonly password: string }
  /** A user JWT and its key, in the form of a `.creds` file; a function is asked with every connection, for what is renewed. */
  | { readonly creds: string | (() => string) };

export interface NatsBusOptions {
  /** `nats://host:4222`; several are tried in turn. */
  readonly servers: readonly string[];
  /** Names this client's inboxes, `_INBOX.<identity>.…`, which no other identity may listen on: `store`, or `node.<name>` for a node. */
  readonly identity: string;
  readonly credentials?: NatsCredentials;
  /** PEM. Given: the connection is encrypted and the server's certificate verified against `ca`. */
  readonly tls?: { readonly ca: string; readonly certificate?: string; readonly key?: string };
  /**
   * Whether an answer to a request on `subject` may go to `reply`. What is refused is dropped before any work: else a requester
   * could have bytes of its choosing published where only the responder may publish. Default: inboxes alone.
   */
  readonly acceptsReply?: (subject: string, reply: string) => boolean;
  /** What the watch stream keeps, when this client is the one that makes it. */
  readonly watchLimits?: Partial<WatchStreamLimits>;
  /** Milliseconds to wait for the first connection; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Owns the waits between attempts. */
  readonly clock?: Clock;
  /** Where errors thrown by subscribers' handlers go; unset: they become uncaught exceptions. */
  readonly onHandlerError?: (error: unknown) => void;
  /** For tests: strikes what this client sends, hears and is answered. */
  readonly faults?: FaultPlan;
}

export interface WatchStreamLimits {
  readonly messages: number;
  readonly bytes: number;
}

export const NATS_DEFAULTS = {
  timeoutMs: 30_000,
  watchLimits: { messages: 100_000, bytes: 256 * 1024 * 1024 },
} as const;

/** Replies go to inboxes, or to the subject that the server puts in an inbox's place between accounts. */
export function isInbox(_subject: string, reply: string): boolean {
  return reply.startsWith('_INBOX.') || reply.startsWith('_R_.');
}
