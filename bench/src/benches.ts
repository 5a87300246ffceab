import type { Bench } from './figure.js';
import { apiList } from './suites/api-list.js';
import { apiReads } from './suites/api-reads.js';
import { apiWrites } from './suites/api-writes.js';
import { api } from './suites/api.js';
import { boot } from './suites/boot.js';
import { compose } from './suites/compose.js';
import { images } from './suites/images.js';
import { network } from './suites/network.js';
import { pods } from './suites/pods.js';
import { storeWrites } from './suites/store-writes.js';
import { watch } from './suites/watch.js';

export const benches: readonly Bench[] = [
  { name: 'boot', description: 'start of the launcher to the first served request', run: boot },
  { name: 'store-writes', description: 'durable writes through the store alone', run: storeWrites },
  { name: 'api', description: 'CPU of every kind of request; --record, --check, --strict', run: api },
  { name: 'api-writes', description: 'durable creates over HTTPS', run: apiWrites },
  { name: 'api-reads', description: 'GET of one object and LIST of 10,000 pods over HTTPS, in each form', run: apiReads },
  { name: 'api-list', description: 'LIST of 10,000 pods over HTTPS', run: apiList },
  { name: 'watch', description: 'commit to watch event, and deliveries a second', run: watch },
  { name: 'compose', description: 'the services of Compose beside standalone: start, memory, CPU at rest and a write', run: compose },
  { name: 'network', description: 'pod to pod and through a Service, beside two containers on a Docker bridge', run: network },
  { name: 'pods', description: 'create to Running, image present; on Docker, or with --runtime oci without an engine and on Docker', run: pods },
  { name: 'images', description: 'an image of 200 MB, loaded and pulled without an engine, beside GNU tar', run: images },
];
