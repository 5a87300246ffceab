import { createMetrics } from '@gantry/platform/metrics';
import { expect, it } from 'vitest';
import { createSchedulerMetrics } from './metrics.js';

it('counts attempts and shows what waits, under upstream’s names', async () => {
  const metrics = createMetrics();
  const measures = createSchedulerMetrics(metrics, 'default-scheduler');
  measures.attempted('scheduled', 2);
  measures.attempted('unschedulable', 1);
  measures.pending(() => ({ active: 3, backoff: 0, unschedulable: 1 }));
  const lines = (await metrics.text()).split('\n');
  for (const line of [
    'scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"} 1',
    'scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"} 1',
    'scheduler_scheduling_algorithm_duration_seconds_count 2',
    'scheduler_pending_pods{queue="active"} 3',
    'scheduler_pending_pods{queue="unschedulable"} 1',
  ]) expect(lines).toContain(line);
});
