import type { Answer } from '../http/answer.js';
import type { Identity } from '../http/authz/identity.js';
import type { RequestContext } from '../http/request-context.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { Representation } from '../representation/representation.js';
import type { OpenWatchLimits } from './open-watches.js';

/** Bounds and intervals of the verbs. */
export interface VerbLimits extends OpenWatchLimits {
  /** Bytes that the client of one watch may leave unread before the watch waits for it. */
  readonly watchBufferBytes: number;
  /** Milliseconds after which a watch is broken whose client is waited for and takes nothing. */
  readonly watchStallMs: number;
  /** Milliseconds between bookmarks of one watch. */
  readonly bookmarkIntervalMs: number;
  /** Watches that name no timeout end after a random time between this and twice this, in seconds. */
  readonly minimumWatchSeconds: number;
}

/** A request that is permitted. */
export interface RequestBase {
  readonly env: RegistryEnvironment;
  readonly limits: VerbLimits;
  readonly context: RequestContext;
  readonly identity: Identity;
  /** '' for all namespaces or a cluster-scoped object. */
  readonly namespace: string;
  /** '' for the collection. */
  readonly name: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** What follows the subresource, percent-encoded as it came; '' for most. */
  readonly rest: string;
  /** Throws 403 unless who asks may also do this to the same: a request may turn out to be more than it says. */
  readonly requirePermission: (verb: string) => void;
}

/** A request for a resource whose objects are stored. */
export interface ResourceRequest extends RequestBase {
  readonly resource: ServedResource;
  /** How the client wants to see the answer. Throws 406. */
  representation(): Representation;
}

export type Verb = (request: ResourceRequest) => Promise<Answer>;
