export type { CounterMetric, GaugeMetric, HistogramMetric, MetricDescription, Metrics } from './metrics.js';
export { createMetrics, createProcessMetrics } from './metrics.js';
