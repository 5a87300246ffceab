import { familiesText, METRICS_TYPE, type Metrics } from '@gantry/platform/metrics';
import { bytesAnswer } from '../http/answer.js';
import { healthFamily } from '../http/health.js';
import type { HealthCheck } from '../http/health.js';
import type { PathEndpoint } from '../http/path-endpoints.js';
import { createAccessMetrics } from './access-metrics.js';
import type { AccessMetrics } from './access-metrics.js';
import { RequestMetrics } from './request-metrics.js';

/** What the way of a request counts. */
export interface ApiMetrics {
  readonly requests: RequestMetrics;
  readonly access: AccessMetrics;
}

export function createApiMetrics(metrics: Metrics): ApiMetrics {
  return { requests: new RequestMetrics(metrics), access: createAccessMetrics(metrics) };
}

/** `/metrics/slis`: whether each check is content, as upstream shows it. */
export function healthMetricsEndpoint(checks: readonly HealthCheck[]): PathEndpoint {
  return async () => bytesAnswer(200, METRICS_TYPE, Buffer.from(familiesText([await healthFamily('readyz', checks)])));
}

/** `/metrics` of everything in the process that counts. */
export function metricsEndpoint(metrics: Metrics): PathEndpoint {
  return async () => bytesAnswer(200, METRICS_TYPE, Buffer.from(await metrics.text()));
}
