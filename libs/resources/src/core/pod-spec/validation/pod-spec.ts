import type { coreV1, metaV1 } from '@gantry/api-types';
import { forbidden, invalid, isDNS1123Label, isDNS1123Subdomain, isInRange, notSupported, required, validateAnnotations, validateLabels } from '@gantry/apimachinery';
import type { FieldError, FieldPath, FormatCheck } from '@gantry/apimachinery';
import { validateAffinity } from './affinity.js';
import { validateContainers, validateInitContainers } from './containers.js';
import { validateEphemeralContainers } from './ephemeral-containers.js';
import { validateDns, validateHostAliases } from './name-resolution.js';
import { validatePodSecurityContext } from './security.js';
import { validateSchedulingGates, validateTolerations } from './scheduling.js';
import { validateTopologySpread } from './topology-spread.js';
import { validateVolumes } from './volumes.js';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];
const largestInt32 = 2_147_483_647;

/** The rules of a pod spec that pods and templates share. Adds what it finds to `errors`. */
export function validatePodSpec(spec: coreV1.PodSpec, at: FieldPath, errors: FieldError[]): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(at.child('terminationGracePeriodSeconds')));
  const volumes = validateVolumes(spec.volumes, at.child('volumes'), errors);
  validateContainers(spec, volumes, at.child('containers'), errors);
  validateInitContainers(spec, volumes, at.child('initContainers'), errors);
  if (spec.ephemeralContainers !== undefined) validateEphemeralContainers(spec, volumes, at.child('ephemeralContainers'), errors);
  validateChoice(spec.restartPolicy, restartPolicies, at, 'restartPolicy', errors);
  validateChoice(spec.dnsPolicy, dnsPolicies, at, 'dnsPolicy', errors);
  if (spec.nodeSelector !== undefined) errors.push(...validateLabels(spec.nodeSelector, at.child('nodeSelector')));
  if (spec.securityContext !== undefined) validatePodSecurityContext(spec.securityContext, at.child('securityContext'), errors);
  if (spec.affinity !== undefined) validateAffinity(spec.affinity, at.child('affinity'), errors);
  validateDns(spec, at.child('dnsConfig'), errors);
  if (spec.schedulingGates !== undefined) validateSchedulingGates(spec.schedulingGates, at.child('schedulingGates'), errors);
  if (spec.topologySpreadConstraints !== undefined) validateTopologySpread(spec.topologySpreadConstraints, at.child('topologySpreadConstraints'), errors);
  validateNames(spec, ['serviceAccountName', 'nodeName'], isDNS1123Subdomain, at, errors);
  validateDeadline(spec.activeDeadlineSeconds, at, errors);
  validateNames(spec, ['hostname', 'subdomain'], isDNS1123Label, at, errors);
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, at.child('tolerations'), errors);
  if (spec.hostAliases !== undefined) validateHostAliases(spec.hostAliases, at.child('hostAliases'), errors);
  validateNames(spec, ['priorityClassName', 'runtimeClassName'], isDNS1123Subdomain, at, errors);
  if (spec.preemptionPolicy !== undefined) validateChoice(spec.preemptionPolicy, preemptionPolicies, at, 'preemptionPolicy', errors);
}

function validateChoice(value: string | undefined, allowed: readonly string[], at: FieldPath, field: string, errors: FieldError[]): void {
  if (!value) errors.push(required(at.child(field)));
  else if (!allowed.includes(value)) errors.push(notSupported(at.child(field), value, allowed));
}

type NameField = 'serviceAccountName' | 'nodeName' | 'hostname' | 'subdomain' | 'priorityClassName' | 'runtimeClassName';

function validateNames(spec: coreV1.PodSpec, fields: readonly NameField[], check: FormatCheck, at: FieldPath, errors: FieldError[]): void {
  for (const field of fields) {
    const name = spec[field];
    if (name) for (const problem of check(name)) errors.push(invalid(at.child(field), name, problem));
  }
}

function validateDeadline(seconds: number | undefined, at: FieldPath, errors: FieldError[]): void {
  if (seconds === undefined) return;
  for (const problem of isInRange(seconds, 1, largestInt32)) errors.push(invalid(at.child('activeDeadlineSeconds'), seconds, problem));
}

/** A template of pods, as Deployments and ReplicaSets have it. */
export function validatePodTemplate(template: coreV1.PodTemplateSpec, at: FieldPath, errors: FieldError[]): void {
  const metadata: metaV1.ObjectMeta = template.metadata ?? {};
  if (metadata.labels !== undefined) errors.push(...validateLabels(metadata.labels, at.child('labels')));
  if (metadata.annotations !== undefined) errors.push(...validateAnnotations(metadata.annotations, at.child('annotations')));
  const spec = template.spec ?? { containers: [] };
  validatePodSpec(spec, at.child('spec'), errors);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(at.child('spec').child('ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
}
