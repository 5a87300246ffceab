import type { Metrics } from '@gantry/platform/metrics';

/** What a look at a pod was for, in upstream's words. */
export type PodOperation = 'create' | 'sync' | 'kill';

/** What a kubelet counts of its work. Times in milliseconds. */
export interface KubeletMetrics {
  /** A pod runs, so long after the kubelet saw it for the first time. */
  podStarted(milliseconds: number): void;
  worked(operation: PodOperation, milliseconds: number): void;
  /** One request to the runtime, by CRI's name for it. */
  asked(operation: string, milliseconds: number, isError: boolean): void;
}

const MILLISECONDS = 1_000;
/** Seconds, upstream's. */
const START = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1_200, 1_800, 2_700, 3_600];
const WORK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const OPERATION = [0.005, 0.0125, 0.03125, 0.078125, 0.1953125, 0.48828125, 1.220703125, 3.0517578125, 7.62939453125, 19.073486328125, 47.6837158203125, 119.20928955078125, 298.0232238769531, 745.0580596923828];

/** Under upstream's names. */
export function createKubeletMetrics(metrics: Metrics): KubeletMetrics {
  const starts = metrics.histogram({ name: 'kubelet_pod_start_duration_seconds', help: 'From the first sight of a pod to its running.', buckets: START });
  const work = metrics.histogram({ name: 'kubelet_pod_worker_duration_seconds', help: 'How long one look at a pod took.', labels: ['operation_type'], buckets: WORK });
  const operations = metrics.counter({ name: 'kubelet_runtime_operations_total', help: 'Requests to the runtime.', labels: ['operation_type'] });
  const durations = metrics.histogram({ name: 'kubelet_runtime_operations_duration_seconds', help: 'How long the runtime took.', labels: ['operation_type'], buckets: OPERATION });
  const errors = metrics.counter({ name: 'kubelet_runtime_operations_errors_total', help: 'Requests to the runtime that failed.', labels: ['operation_type'] });
  return {
    podStarted: (milliseconds) => starts.observe({}, milliseconds / MILLISECONDS),
    worked: (operation_type, milliseconds) => work.observe({ operation_type }, milliseconds / MILLISECONDS),
    asked: (operation_type, milliseconds, isError) => {
      operations.add({ operation_type });
      durations.observe({ operation_type }, milliseconds / MILLISECONDS);
      errors.add({ operation_type }, Number(isError));
    },
  };
}
