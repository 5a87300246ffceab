import type { coreV1 } from '@gantry/api-types';
import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../../printing/columns.js';
import { labelsText } from '../../printing/selector-text.js';
import type { DefaultedService } from './types.js';

const none = '<none>';

function externalIP({ spec, status }: DefaultedService): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ClusterIP' || spec.type === 'NodePort') return external.join(',') || none;
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return '<unknown>';
  const balanced = new Set((status.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== ''));
  return [...[...balanced].sort(), ...external].join(',') || '<pending>';
}

function portText({ port, nodePort, protocol = '' }: coreV1.ServicePort): string {
  return `${String(port)}${nodePort ? `:${String(nodePort)}` : ''}/${protocol}`;
}

/** The columns of `kubectl get services`. */
export const serviceColumns: readonly TypedColumn<DefaultedService>[] = [
  nameColumn(),
  column('Type', 'How the Service is exposed.', ({ spec }) => spec.type ?? ''),
  column('Cluster-IP', 'The address inside the cluster.', ({ spec }) => spec.clusterIPs?.[0] ?? none),
  column('External-IP', 'The addresses or the name outside of the cluster.', externalIP),
  column('Port(s)', 'The ports, each with its node port and protocol.', ({ spec }) => (spec.ports ?? []).map(portText).join(',') || none),
  ageColumn(),
  wideColumn('Selector', 'The labels of the pods behind the Service.', ({ spec }) => labelsText(spec.selector)),
];
