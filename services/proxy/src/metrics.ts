import type { Metrics } from '@gantry/platform/metrics';

/** What a proxy counts of bringing its rules up to date. */
export interface ProxyMetrics {
  synced(milliseconds: number, now: number): void;
  failed(): void;
}

const MILLISECONDS = 1_000;
const SECONDS = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384];

/** Under upstream's names. Made once a process. */
export function createProxyMetrics(metrics: Metrics): ProxyMetrics {
  const durations = metrics.histogram({ name: 'kubeproxy_sync_proxy_rules_duration_seconds', help: 'How long bringing the rules up to date took.', buckets: SECONDS });
  const last = metrics.gauge({ name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds', help: 'When the rules were last brought up to date, in seconds since the epoch.' });
  const failures = metrics.counter({ name: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total', help: 'Times that the rules could not be brought up to date.' });
  return {
    synced: (milliseconds, now) => {
      durations.observe({}, milliseconds / MILLISECONDS);
      last.set({}, now / MILLISECONDS);
    },
    failed: () => failures.add({}),
  };
}
