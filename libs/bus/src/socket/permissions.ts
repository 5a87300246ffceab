import { patternCovers } from '../subjects.js';

/** Who a connection is, and the patterns of subjects that it may use. */
export interface SocketIdentity {
  readonly name: string;
  /** Subjects to publish and send requests on. */
  readonly publish: readonly string[];
  /** Subjects to listen, answer and follow on. */
  readonly subscribe: readonly string[];
}

export const EVERYTHING: SocketIdentity = { name: 'anyone', publish: ['>'], subscribe: ['>'] };

/**
 * What one connection may do: what its identity allows, its own inbox to listen on, and frames of streams to any inbox (whose
 * names cannot be guessed, and which only take frames). An identity that may use `>` may do everything.
 */
export class Permissions {
  constructor(
    private readonly identity: SocketIdentity,
    readonly inbox: string,
  ) {}

  mayPublish(subject: string): boolean {
    if (this.identity.publish.includes('>')) return true;
    if (isInbox(subject)) return /^_INBOX\.[^.]+\.stream\.[^.]+$/.test(subject);
    return this.identity.publish.some((allowed) => patternCovers(allowed, subject));
  }

  maySubscribe(pattern: string): boolean {
    if (patternCovers(`${this.inbox}.>`, pattern)) return true;
    if (this.identity.subscribe.includes('>')) return true;
    if (mayReachInboxes(pattern)) return false;
    return this.identity.subscribe.some((allowed) => patternCovers(allowed, pattern));
  }

  /** A side of a stream may only name an inbox of its own: else its answers would be delivered where it chooses. */
  ownsInbox(inbox: string): boolean {
    return inbox.startsWith(`${this.inbox}.`);
  }

  mayReadSequence(): boolean {
    return this.identity.subscribe.some((allowed) => allowed === '>' || allowed.startsWith('watch.'));
  }
}

function isInbox(subject: string): boolean {
  return subject.startsWith('_INBOX.');
}

/** Wildcards at the beginning would hear other identities' inboxes. */
function mayReachInboxes(pattern: string): boolean {
  const [first] = pattern.split('.', 1);
  return first === '_INBOX' || first === '*' || first === '>';
}
