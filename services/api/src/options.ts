import type { Failpoints, Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Metrics } from '@gantry/platform/metrics';
import type { KindDescriptor } from '@gantry/resources';
import type { Storage } from '@gantry/storage';
import type { ClusterNetworkOptions } from './cluster-network/options.js';
import type { IssueNodeToken } from './join/credentials.js';
import type { ServerVersion } from './http/version.js';
import type { LoadLimits } from './http/load-limit.js';
import type { VerbLimits } from './verbs/verb.js';
import type { Difference } from './watch-cache/differences.js';

/** Bounds, times in milliseconds and sizes in bytes. */
export interface ApiLimits extends VerbLimits, LoadLimits {
  /** Longest body of a request. */
  readonly bodyBytes: number;
  /** A request that is no watch is answered within this time. */
  readonly requestTimeoutMs: number;
  /** How long a read waits for the cache before it asks the storage. */
  readonly freshnessTimeoutMs: number;
  /** Events kept per resource for watches that resume. */
  readonly ringEvents: number;
  /** And the bytes of the states that they carry. */
  readonly ringBytes: number;
  /** Parsed objects and representations that are kept, counted by the size of their stored bytes. */
  readonly formsBytes: number;
  /** Milliseconds from one step of the comparison of the caches with the store to the next; 0: none. */
  readonly comparisonIntervalMs: number;
  /** Keys of one such step. */
  readonly comparisonKeys: number;
  /** Changes after which all caches are compared at once; 0: never. For tests. */
  readonly comparisonChanges: number;
  /** How long a stop goes on as if nothing were, but for `/readyz`, so that whoever spreads requests sends them elsewhere. */
  readonly shutdownDelayMs: number;
  /** How long a stop waits for open requests. */
  readonly stopPatienceMs: number;
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 3 * 1024 * 1024,
  requestTimeoutMs: 60_000,
  maxReadsInFlight: 400,
  maxWritesInFlight: 200,
  freshnessTimeoutMs: 3_000,
  ringEvents: 2_000,
  ringBytes: 16 * 1024 * 1024,
  formsBytes: 8 * 1024 * 1024,
  shutdownDelayMs: 0,
  stopPatienceMs: 10_000,
  comparisonIntervalMs: 60_000,
  comparisonKeys: 200,
  comparisonChanges: 0,
  watchBufferBytes: 1024 * 1024,
  watchStallMs: 30_000,
  watchesPerUser: 10_000,
  watchBytesPerUser: 64 * 1024 * 1024,
  bookmarkIntervalMs: 10_000,
  minimumWatchSeconds: 1_800,
};

/** What service account tokens are signed with and judged by. */
export interface ServiceAccountOptions {
  /** The `iss` of every token: a URL. */
  readonly issuer: string;
  /** The audiences that this API accepts, and gives to a token that asks for none. Absent: the issuer. */
  readonly audiences?: readonly string[];
  /** PEM, RSA or EC. The first is a private key and signs; all of them verify, so that a key is changed by putting a new one first. */
  readonly keys: readonly string[];
}

export interface ApiOptions extends ClusterNetworkOptions {
  readonly bus: Bus;
  readonly storage: Storage;
  /** Port 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM. `clientCa` signs the certificates of clients. */
  readonly tls: { readonly key: string; readonly cert: string; readonly clientCa: string };
  /** 32 bytes. */
  readonly encryptionKey: Uint8Array;
  /** Absent: there are no service account tokens, and pods get none. */
  readonly serviceAccounts?: ServiceAccountOptions;
  /** Given: nodes that show their certificate are let onto the bus. Whoever composes the API holds the key that signs. */
  readonly issueNodeToken?: IssueNodeToken;
  /** The kinds that are served. */
  readonly kinds: { readonly kinds: readonly KindDescriptor[] };
  readonly serverVersion: ServerVersion;
  /** `host:port` under which clients reach this server. */
  readonly publicAddress: string;
  readonly logger: Logger;
  /** What is counted, and shown under `/metrics` to who may see it. Absent: nothing is counted. */
  readonly metrics?: Metrics;
  readonly limits?: Partial<ApiLimits>;
  /** Armed by tests alone. */
  readonly failpoints?: Failpoints;
  /** Told when a cache was found to differ from the store; the caches are filled anew in any case. */
  readonly onCacheDifference?: ((found: readonly Difference[]) => void) | undefined;
}

export interface RunningApi {
  /** The port that is listened on, from the start; requests for resources are answered 503 until `ready`. */
  readonly port: number;
  /** Resolves when the caches are filled and the system namespaces exist; rejects only when stopped before. */
  readonly ready: Promise<void>;
  /** Compares all caches with the store now; resolves with what differs. */
  compareCaches(): Promise<readonly Difference[]>;
  /** Ends watches cleanly, lets open requests finish for a bounded time. Idempotent. */
  stop(): Promise<void>;
}
