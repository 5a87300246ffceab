import type { Registry } from 'prom-client';
import { createMetrics, type Metrics } from './metrics.js';

/**
 * Measures, and the process's own beside them: processor, memory, the event loop's delay, under the names that Node's client of Prometheus
 * gives them. That client is loaded when somebody asks for the first time: a cluster that nobody watches does not pay for it.
 */
export function createProcessMetrics(): Metrics {
  const metrics = createMetrics();
  let own: Promise<Registry> | undefined;
  return { ...metrics, text: async () => (await metrics.text()) + (await (await (own ??= processRegistry())).metrics()) };
}

async function processRegistry(): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
