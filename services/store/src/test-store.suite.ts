/** The store, for tests of other projects that put something between it and what it works with. */
export { startStore } from './store.js';
