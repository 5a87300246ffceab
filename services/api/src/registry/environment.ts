import type { Failpoints } from '@gantry/async';
import type { KindDescriptor } from '@gantry/resources';
import type { Storage } from '@gantry/storage';
import type { AdmissionChain } from '../admission/chain.js';
import type { OpenWatches } from '../verbs/open-watches.js';
import type { WatchCache } from '../watch-cache/watch-cache.js';
import type { Claimer } from './claims.js';
import type { Seal } from './seal.js';

/** What the generic store works with. */
export interface RegistryEnvironment {
  readonly storage: Storage;
  readonly watchCache: WatchCache;
  readonly seal: Seal;
  readonly admission: AdmissionChain;
  /** Of the kinds whose objects hold something besides themselves. */
  readonly claimers: ReadonlyMap<KindDescriptor, Claimer>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly openWatches: OpenWatches;
  readonly failpoints: Failpoints;
}
