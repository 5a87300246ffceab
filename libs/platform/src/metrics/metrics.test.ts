import { expect, it } from 'vitest';
import { beside, createMetrics } from './metrics.js';
import { createProcessMetrics } from './process-metrics.js';

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

it('shows a count without labels, or one that was asked for, before anything happened', async () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'failures_total', help: 'Failures.' });
  metrics.counter({ name: 'results_total', help: 'Results.', labels: ['result'] }).of({ result: 'error' });
  expect(await metrics.text()).toBe('# HELP failures_total Failures.\n# TYPE failures_total counter\nfailures_total 0\n# HELP results_total Results.\n# TYPE results_total counter\nresults_total{result="error"} 0\n');
});

it('writes labels so that they can be read again', async () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'x_total', help: 'A\nB\\.', labels: ['a', 'b'] }).add({ b: 'line\n"two"\\', a: '' });
  expect(await metrics.text()).toBe('# HELP x_total A\\nB\\\\.\n# TYPE x_total counter\nx_total{a="",b="line\\n\\"two\\"\\\\"} 1\n');
});

it('has the sum and every bucket of a distribution, each with all that is smaller', async () => {
  const metrics = createMetrics();
  const sizes = metrics.histogram({ name: 'size', help: 'Size.', buckets: [1, 10] }).of({});
  for (const value of [1, 2, 10, 11, 0.5]) sizes.observe(value);
  expect((await metrics.text()).split('\n').slice(2)).toEqual(['size_bucket{le="1"} 2', 'size_bucket{le="10"} 4', 'size_bucket{le="+Inf"} 5', 'size_sum 24.5', 'size_count 5', '']);
});

it('lets others work while it makes much text, and loses none of it', async () => {
  const metrics = createMetrics();
  metrics.gaugeOf({ name: 'things', help: 'Things.', labels: ['name'] }, () => Array.from({ length: 50_000 }, (_, at) => ({ labels: { name: `thing-${at}` }, value: at })));
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const text = await metrics.text();
  clearInterval(others);
  expect(text.split('\n').slice(2, -1)).toEqual(Array.from({ length: 50_000 }, (_, at) => `things{name="thing-${at}"} ${at}`));
  expect(turns).toBeGreaterThan(0);
});

it('refuses a name twice', () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'x_total', help: 'X.' });
  expect(() => metrics.gauge({ name: 'x_total', help: 'X.' })).toThrow('there is a measure x_total already');
});

it('shows its own beside others, and not the other way', async () => {
  const others = createMetrics();
  others.counter({ name: 'x_total', help: 'X.' });
  const own = beside(others);
  own.counter({ name: 'y_total', help: 'Y.' }).add({});
  expect((await own.text()).match(/^[a-z]\S* \d$/gm)).toEqual(['y_total 1', 'x_total 0']);
  expect(await others.text()).not.toContain('y_total');
});
