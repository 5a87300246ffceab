export type { Count, CounterMetric, Distribution, GaugeMetric, HistogramMetric, MetricDescription, Metrics } from './metrics.js';
export { beside, createMetrics } from './metrics.js';
export { createProcessMetrics } from './process-metrics.js';
export { familiesText, METRICS_TYPE } from './text.js';
export type { Family, Sample } from './text.js';
