import { expect, it } from 'vitest';
import { createMetrics, createProcessMetrics } from './metrics.js';

it('counts, gauges and distributes, by labels, in the text that Prometheus reads', async () => {
  const metrics = createMetrics();
  const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: ['verb', 'code'] });
  requests.add({ verb: 'GET', code: '200' });
  requests.add({ verb: 'GET', code: '200' }, 2);
  requests.add({ verb: 'LIST', code: '200' });
  metrics.gauge({ name: 'leading', help: 'Leads.' }).set({}, 1);
  metrics.gaugeOf({ name: 'depth', help: 'Depth.', labels: ['queue'] }, () => [{ labels: { queue: 'active' }, value: 7 }]);
  metrics.histogram({ name: 'duration_seconds', help: 'Duration.', labels: ['verb'], buckets: [0.1, 1] }).observe({ verb: 'GET' }, 0.5);
  const text = await metrics.text();
  for (const line of [
    'requests_total{verb="GET",code="200"} 3',
    'requests_total{verb="LIST",code="200"} 1',
    'leading 1',
    'depth{queue="active"} 7',
    'duration_seconds_bucket{le="0.1",verb="GET"} 0',
    'duration_seconds_bucket{le="1",verb="GET"} 1',
    'duration_seconds_count{verb="GET"} 1',
  ]) expect(text.split('\n')).toContain(line);
});

it('tells of the process where it is asked to', async () => {
  expect(await createProcessMetrics().text()).toMatch(/^process_resident_memory_bytes \d+$/m);
});
