import { createMetrics } from '@gantry/platform/metrics';
import { runController, WorkQueue } from '@gantry/controller';
import { expect, it, vi } from 'vitest';
import { createControllerMetrics } from './metrics.js';

it('counts what a controller and its queue do', async () => {
  const metrics = createMetrics();
  const measures = createControllerMetrics(metrics);
  const queue = new WorkQueue({ metrics: measures.queue('deployment') });
  let calls = 0;
  const reconcile = async (): Promise<void> => {
    calls += 1;
    if (calls === 1) throw new Error('not yet');
  };
  const controller = runController({ name: 'deployment', queue, reconcile, metrics: measures });
  queue.add('default/web');
  await vi.waitFor(async () => expect(await metrics.text()).toContain('controller_runtime_reconcile_total{controller="deployment",result="success"} 1'));
  await controller.stop();
  const lines = (await metrics.text()).split('\n');
  for (const line of [
    'controller_runtime_reconcile_total{controller="deployment",result="error"} 1',
    'workqueue_depth{name="deployment"} 0',
    'workqueue_adds_total{name="deployment"} 2',
    'workqueue_retries_total{name="deployment"} 1',
    'workqueue_work_duration_seconds_count{name="deployment"} 2',
    'workqueue_queue_duration_seconds_count{name="deployment"} 2',
  ]) expect(lines).toContain(line);
});
