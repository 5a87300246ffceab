import type { Container } from '../pods/pod.js';

/** Seconds that a container has to end which a probe has failed, where the probe says so. */
export function graceOfProbe(container: Container, failed: 'liveness' | 'startup'): { graceSeconds?: number } {
  const seconds = (failed === 'liveness' ? container.livenessProbe : container.startupProbe)?.terminationGracePeriodSeconds;
  return seconds === undefined ? {} : { graceSeconds: seconds };
}
