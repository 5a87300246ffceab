import type { Metrics } from '@gantry/platform/metrics';
import type { SchedulerMetrics } from './scheduler.js';

const MILLISECONDS = 1_000;
/** Seconds: an attempt is quick, and slow ones are what matters. */
const BUCKETS = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 1];

/** The measures of scheduling under upstream's names. */
export function createSchedulerMetrics(metrics: Metrics, profile: string): SchedulerMetrics {
  const attempts = metrics.counter({ name: 'scheduler_schedule_attempts_total', help: 'Attempts to place a pod by result.', labels: ['profile', 'result'] });
  for (const result of ['scheduled', 'unschedulable', 'error']) attempts.of({ profile, result });
  const durations = metrics.histogram({ name: 'scheduler_scheduling_algorithm_duration_seconds', help: 'How long choosing a node took.', buckets: BUCKETS });
  let counts: () => Readonly<Record<string, number>> = () => ({});
  metrics.gaugeOf({ name: 'scheduler_pending_pods', help: 'Pods that wait for a node, by queue.', labels: ['queue'] }, () => Object.entries(counts()).map(([queue, value]) => ({ labels: { queue }, value })));
  return {
    attempted: (result, milliseconds) => {
      attempts.add({ profile, result });
      durations.observe({}, milliseconds / MILLISECONDS);
    },
    pending: (read) => void (counts = read),
  };
}
