import { createMetrics } from '@gantry/platform/metrics';
import { expect, it } from 'vitest';
import { createProxyMetrics } from './metrics.js';

it('tells how long the rules took, when they were last right, and how often they could not be made', async () => {
  const metrics = createMetrics();
  const proxy = createProxyMetrics(metrics);
  proxy.synced(3, 1_700_000_000_500);
  proxy.failed();
  expect((await metrics.text()).split('\n')).toEqual(
    expect.arrayContaining([
      'kubeproxy_sync_proxy_rules_duration_seconds_bucket{le="0.002"} 0',
      'kubeproxy_sync_proxy_rules_duration_seconds_bucket{le="0.004"} 1',
      'kubeproxy_sync_proxy_rules_last_timestamp_seconds 1700000000.5',
      'kubeproxy_sync_proxy_rules_nftables_sync_failures_total 1',
    ]),
  );
});
