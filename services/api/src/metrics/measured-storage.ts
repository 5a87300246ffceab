import type { HistogramMetric, Metrics } from '@gantry/platform/metrics';
import type { Storage } from '@gantry/storage';

const OPERATIONS = ['write', 'get', 'list', 'history', 'currentRevision'] as const;
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The same storage, with the time of every answer. There is no etcd behind it, so its measures do not say so. */
export function measuredStorage(storage: Storage, metrics: Metrics): Storage {
  const seconds = metrics.histogram({ name: 'gantry_storage_request_duration_seconds', help: 'How long the store took to answer the API.', labels: ['operation'], buckets: SECONDS });
  const failures = metrics.counter({ name: 'gantry_storage_request_errors_total', help: 'Requests to the store that failed.', labels: ['operation'] });
  for (const operation of OPERATIONS) failures.of({ operation });
  const timed = <A>(operation: (typeof OPERATIONS)[number], answer: Promise<A>): Promise<A> => observed(seconds, answer, operation, () => failures.add({ operation }));
  return {
    write: (...args) => timed('write', storage.write(...args)),
    get: (...args) => timed('get', storage.get(...args)),
    list: (...args) => timed('list', storage.list(...args)),
    history: (...args) => timed('history', storage.history(...args)),
    currentRevision: (...args) => timed('currentRevision', storage.currentRevision(...args)),
  };
}

async function observed<A>(seconds: HistogramMetric<'operation'>, answer: Promise<A>, operation: string, failed: () => void): Promise<A> {
  const started = performance.now();
  try {
    return await answer;
  } catch (error) {
    failed();
    throw error;
  } finally {
    seconds.observe({ operation }, (performance.now() - started) / 1_000);
  }
}
