import { apiList } from './suites/api-list.js';
import { apiWrites } from './suites/api-writes.js';
import { boot } from './suites/boot.js';
import { watch } from './suites/watch.js';

/** One line of a result. A figure always stands beside the floor or peer that was measured in the same run. */
export interface Figure {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and its value in the same unit. */
  readonly floor?: { readonly name: string; readonly value: number };
}

/** A benchmark tells what it is doing and returns its figures. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  readonly run: (say: (text: string) => void) => Promise<Figure[]>;
}

export const benches: readonly Bench[] = [
  { name: 'boot', description: 'start of the launcher to the first served request', run: boot },
  { name: 'api-writes', description: 'durable creates over HTTPS', run: apiWrites },
  { name: 'api-list', description: 'LIST of 10,000 pods over HTTPS', run: apiList },
  { name: 'watch', description: 'commit to watch event, and deliveries a second', run: watch },
];
