import type { coreV1 } from '@gantry/api-types';

function namedPort(containers: readonly coreV1.Container[], name: string, protocol: string): number | undefined {
  const ports = containers.flatMap(({ ports: declared = [] }) => declared);
  return ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** The port of the pod that the service's port leads to; undefined where the pod has none of that name. */
export function targetPort({ spec }: coreV1.Pod, { port, targetPort: target = port, protocol = 'TCP' }: coreV1.ServicePort): number | undefined {
  if (typeof target === 'number') return target;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return namedPort(spec?.containers ?? [], target, protocol) ?? namedPort(sidecars, target, protocol);
}
