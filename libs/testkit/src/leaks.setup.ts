import { afterAll } from 'vitest';
import { countResources, leaksSince } from './leaks.js';

/** Closing sockets and reaping children takes a moment on a busy machine; a leak costs this once a file. */
const PATIENCE = 2_000;

const before = countResources();

/** The first hook registered is the last to run: every other `afterAll` of the file had its turn. */
afterAll(async () => {
  const leaks = await leaksSince(before, PATIENCE);
  if (leaks.length > 0) throw new Error(`the tests of this file left something open: ${leaks.join(', ')}`);
});
