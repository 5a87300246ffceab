import type { coreV1 } from '@gantry/api-types';

/** The TCP node ports of all Services, each once, by number. */
export function wantedPorts(services: readonly coreV1.Service[]): number[] {
  const ports = services.filter(({ spec }) => spec?.type === 'NodePort' || spec?.type === 'LoadBalancer').flatMap(({ spec }) => spec?.ports ?? []);
  const numbers = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').flatMap(({ nodePort }) => nodePort ?? []);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Addresses of the nodes behind which there is a network: all but hollow ones, those that are ready first. */
export function nodeTargets(nodes: readonly coreV1.Node[]): string[] {
  const real = nodes.filter(({ metadata }) => metadata?.labels?.['gantry.io/hollow'] !== 'true');
  const ordered = real.toSorted((a, b) => Number(isReady(b)) - Number(isReady(a)));
  return ordered.flatMap(({ status }) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? []);
}

function isReady({ status }: coreV1.Node): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
