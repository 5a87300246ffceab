import type { ControllerMetrics } from '@gantry/controller';
import type { Metrics } from '@gantry/platform/metrics';

const MILLISECONDS = 1_000;
/** Seconds; upstream's queues count by powers of ten, with reconciles in between. */
const BUCKETS = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** The measures of controllers and their queues, under the names that upstream's controllers and controller-runtime give them. */
export function createControllerMetrics(metrics: Metrics): ControllerMetrics {
  const results = metrics.counter({ name: 'controller_runtime_reconcile_total', help: 'Reconciles by controller and result.', labels: ['controller', 'result'] });
  const durations = metrics.histogram({ name: 'workqueue_work_duration_seconds', help: 'How long working on one key took.', labels: ['name'], buckets: BUCKETS });
  const depth = metrics.gauge({ name: 'workqueue_depth', help: 'Keys that wait.', labels: ['name'] });
  const adds = metrics.counter({ name: 'workqueue_adds_total', help: 'Keys that were added.', labels: ['name'] });
  const waits = metrics.histogram({ name: 'workqueue_queue_duration_seconds', help: 'How long a key waited.', labels: ['name'], buckets: BUCKETS });
  const retries = metrics.counter({ name: 'workqueue_retries_total', help: 'Keys that were added again after a failure.', labels: ['name'] });
  return {
    reconciled: (controller, result, milliseconds) => {
      results.add({ controller, result });
      durations.observe({ name: controller }, milliseconds / MILLISECONDS);
    },
    queue: (name) => {
      // Shown before the first failure, so that it can be told from not being there.
      results.of({ controller: name, result: 'error' });
      retries.of({ name });
      return {
        added: (keys) => {
          adds.add({ name });
          depth.set({ name }, keys);
        },
        taken: (keys, milliseconds) => {
          depth.set({ name }, keys);
          waits.observe({ name }, milliseconds / MILLISECONDS);
        },
        retried: () => retries.add({ name }),
      };
    },
  };
}
