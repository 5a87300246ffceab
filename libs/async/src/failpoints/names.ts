/** Where tests can end or stop a store, in the order in which a term and its writes pass them. */
export const STORE_FAILPOINTS = [
  'before-lock', 'after-lock', 'before-takeover', 'after-takeover', 'before-begin', 'after-begin',
  'before-commit', 'after-commit', 'before-publish', 'after-publish', 'before-acknowledge', 'after-acknowledge',
  'before-progress', 'after-progress',
  'before-compaction', 'after-compaction-raise', 'between-compaction-steps', 'after-compaction-step', 'after-compaction',
] as const;

/** And an api, in the order in which a revision passes them. */
export const API_FAILPOINTS = ['before-cache-apply', 'after-cache-apply', 'before-watch-send', 'after-watch-send', 'before-bookmark', 'after-bookmark', 'before-relist', 'after-relist'] as const;

/** Places where a test can end or stop a process. Passed by, but for those of tests, as if they were not there. */
export const FAILPOINTS = [...STORE_FAILPOINTS, ...API_FAILPOINTS] as const;

export type Failpoint = (typeof FAILPOINTS)[number];
