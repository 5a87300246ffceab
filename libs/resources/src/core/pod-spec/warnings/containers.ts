import type { coreV1 } from '@gantry/api-types';
import { goQuote } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { isEnough } from './most-warnings.js';
import { fractionWarning } from './quantities.js';

const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const BYTES = ['memory', 'ephemeral-storage'];

type Container = coreV1.Container | coreV1.EphemeralContainer;
type Annotations = Readonly<Record<string, string>> | undefined;

/** Every container of a pod in upstream's order, with its place. */
export function eachContainer(spec: coreV1.PodSpec, at: FieldPath, visit: (container: Container, at: FieldPath) => void): void {
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers: readonly Container[] | undefined = spec[field];
    containers?.forEach((container, index) => visit(container, at.child(field).index(index)));
  }
}

export function containerWarnings(spec: coreV1.PodSpec, annotations: Annotations, at: FieldPath, annotationsAt: FieldPath, isPod: boolean, warnings: string[]): void {
  eachContainer(spec, at, (container, here) => {
    if (annotations !== undefined) annotationWarnings(spec, container, annotations, annotationsAt, isPod, warnings);
    for (const resource of BYTES) {
      for (const list of ['limits', 'requests'] as const) fractionWarning(container.resources?.[list]?.[resource], () => here.child('resources').child(list).key(resource), warnings);
    }
    if ((container.env?.length ?? 0) > 1) hiddenVariables(container.env!, here.child('env'), warnings);
  });
}

/** Annotations from before there were fields. */
function annotationWarnings({ securityContext: ofPod }: coreV1.PodSpec, { name, securityContext }: Container, annotations: NonNullable<Annotations>, at: FieldPath, isPod: boolean, warnings: string[]): void {
  const [seccomp, appArmor] = [SECCOMP + name, APP_ARMOR + name];
  if (securityContext?.seccompProfile === undefined && annotations[seccomp] !== undefined) {
    warnings.push(`${at.key(seccomp).toString()}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  }
  const profile = annotations[appArmor];
  if (profile === undefined || securityContext?.appArmorProfile !== undefined) return;
  if (isPod || !saysTheSame(profile, ofPod?.appArmorProfile)) warnings.push(`${at.key(appArmor).toString()}: deprecated since v1.30; use the "appArmorProfile" field instead`);
}

function saysTheSame(annotation: string, profile: coreV1.AppArmorProfile | undefined): boolean {
  switch (profile?.type) {
    case 'RuntimeDefault': return annotation === 'runtime/default';
    case 'Unconfined': return annotation === 'unconfined';
    case 'Localhost': return annotation === `localhost/${profile.localhostProfile ?? ''}`;
    default: return false;
  }
}

/** A variable that is defined again is meant only where it builds on itself. */
function hiddenVariables(variables: readonly coreV1.EnvVar[], at: FieldPath, warnings: string[]): void {
  const met = new Set<string>();
  variables.forEach(({ name, value = '', valueFrom }, index) => {
    if (met.has(name) && !buildsOnItself(name, value, valueFrom) && !isEnough(warnings)) warnings.push(`${at.index(index).toString()}: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`);
    met.add(name);
  });
}

function buildsOnItself(name: string, value: string, valueFrom: coreV1.EnvVarSource | undefined): boolean {
  const reference = `$(${name})`;
  return valueFrom === undefined && value !== reference && value.includes(reference);
}
