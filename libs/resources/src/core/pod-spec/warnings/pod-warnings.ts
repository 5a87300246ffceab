import type { coreV1, metaV1 } from '@gantry/api-types';
import { goQuote, path } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { addressWarnings } from '../../../address-warnings.js';
import { containerWarnings } from './containers.js';
import { portWarnings } from './ports.js';
import { fractionWarning } from './quantities.js';
import { schedulingWarnings } from './scheduling.js';
import { overlapWarnings, volumeWarnings } from './volumes.js';

const inPlaceOf = (since: string, field: string): string => `non-functional in ${since}; use the "${field}" field instead`;
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';

const deprecatedAnnotations: readonly (readonly [key: string, problem: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', inPlaceOf('v1.16+', 'priorityClassName')],
  ['security.alpha.kubernetes.io/sysctls', inPlaceOf('v1.11+', 'sysctls')],
  ['security.alpha.kubernetes.io/unsafe-sysctls', inPlaceOf('v1.11+', 'sysctls')],
];

/** What a pod says that has no effect, not for long, or not the one that was meant. */
export function podSpecWarnings({ metadata = {}, spec }: coreV1.PodTemplateSpec): string[] {
  return spec === undefined ? [] : warningsOf(spec, metadata, path('spec'), path('metadata'), true);
}

/** The same of a template at that place. */
export function podTemplateWarnings({ metadata = {}, spec }: coreV1.PodTemplateSpec, at: FieldPath): string[] {
  return spec === undefined ? [] : warningsOf(spec, metadata, at.child('spec'), at.child('metadata'), false);
}

function warningsOf(spec: coreV1.PodSpec, { annotations }: metaV1.ObjectMeta, at: FieldPath, metadataAt: FieldPath, isPod: boolean): string[] {
  const warnings: string[] = [];
  const annotationsAt = metadataAt.child('annotations');
  schedulingWarnings(spec, at, warnings);
  for (const [key, problem] of annotations === undefined ? [] : deprecatedAnnotations) {
    if (annotations![key] !== undefined) warnings.push(`${annotationsAt.key(key).toString()}: ${problem}`);
  }
  volumeWarnings(spec.volumes ?? [], at.child('volumes'), warnings);
  overlapWarnings(spec.volumes ?? [], warnings);
  duplicates(spec.hostAliases ?? [], 'ip', at.child('hostAliases'), warnings);
  duplicates(spec.imagePullSecrets ?? [], 'name', at.child('imagePullSecrets'), warnings);
  (spec.imagePullSecrets ?? []).forEach(({ name }, index) => {
    if (!name) warnings.push(`${at.child('imagePullSecrets').index(index).child('name').toString()}: invalid empty name ""`);
  });
  for (const resource of ['memory', 'ephemeral-storage']) fractionWarning(spec.overhead?.[resource], () => at.child('overhead').key(resource), warnings);
  if (annotations?.[SECCOMP_POD] !== undefined && spec.securityContext?.seccompProfile === undefined) {
    warnings.push(`${annotationsAt.key(SECCOMP_POD).toString()}: ${inPlaceOf('v1.27+', 'seccompProfile')}`);
  }
  containerWarnings(spec, annotations, at, annotationsAt, isPod, warnings);
  portWarnings(spec, at, warnings);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warnings.push(`${at.child('terminationGracePeriodSeconds').toString()}: must be >= 0; negative values are invalid and will be treated as 1`);
  spec.dnsConfig?.nameservers?.forEach((address, index) => addressWarnings(address, at.child('dnsConfig').child('nameservers').index(index), warnings));
  spec.hostAliases?.forEach(({ ip }, index) => addressWarnings(ip, at.child('hostAliases').index(index).child('ip'), warnings));
  return warnings;
}

function duplicates<K extends string>(items: readonly { readonly [name in K]?: string }[], field: K, at: FieldPath, warnings: string[]): void {
  if (items.length < 2) return;
  const met = new Set<string>();
  items.forEach((item, index) => {
    const value = item[field] ?? '';
    if (met.has(value)) warnings.push(`${at.index(index).child(field).toString()}: duplicate ${field} ${goQuote(value)}`);
    met.add(value);
  });
}
