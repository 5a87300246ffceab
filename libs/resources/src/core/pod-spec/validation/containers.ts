import type { coreV1 } from '@gantry/api-types';
import { duplicate, forbidden, invalid, isDNS1123Label, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateEnvironment, validateEnvironmentSources } from './environment.js';
import { validateVolumeMounts } from './mounts.js';
import { validateHostNetworkPorts, validateHostPortConflicts, validatePorts } from './ports.js';
import { validateLifecycle, validateProbes } from './probes.js';
import { validateInitResizePolicy, validateResizePolicy } from './resize-policy.js';
import { validateResources } from './resources.js';
import { validateSecurityContext } from './security.js';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['File', 'FallbackToLogsOnError'];
const containerRestartPolicies = ['Always', 'Never', 'OnFailure'];
const withoutRestart = 'may not be set for init containers without restartPolicy=Always';

/** The regular containers of a spec; `volumes` are the names that mounts may use. */
export function validateContainers(spec: coreV1.PodSpec, volumes: ReadonlySet<string>, at: FieldPath, errors: FieldError[]): void {
  const { containers } = spec;
  if (containers.length === 0) {
    errors.push(required(at));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const here = at.index(index);
    validateContainer(container, spec.restartPolicy, volumes, here, errors);
    validateUnique(container.name, names, here, errors);
    validateLifecycle(container.lifecycle, spec.terminationGracePeriodSeconds, here.child('lifecycle'), errors);
    validateProbes(container, here, errors);
    validateRestartPolicy(container.restartPolicy, containerRestartPolicies, here, errors);
  });
  validateHostPortConflicts(containers, at, errors);
  if (spec.hostNetwork === true) validateHostNetworkPorts(containers, at, errors);
}

/** The init containers of a spec; those with `restartPolicy: Always` are sidecars and may have what regular containers have. */
export function validateInitContainers(spec: coreV1.PodSpec, volumes: ReadonlySet<string>, at: FieldPath, errors: FieldError[]): void {
  if (spec.initContainers === undefined) return;
  const names = new Set(spec.containers.map(({ name }) => name));
  spec.initContainers.forEach((container, index) => {
    const here = at.index(index);
    validateContainer(container, spec.restartPolicy, volumes, here, errors);
    validateRestartPolicy(container.restartPolicy, containerRestartPolicies, here, errors);
    validateUnique(container.name, names, here, errors);
    validateHostPortConflicts([container], at, errors);
    if (container.restartPolicy === 'Always') {
      validateLifecycle(container.lifecycle, spec.terminationGracePeriodSeconds, here.child('lifecycle'), errors);
      validateProbes(container, here, errors);
    } else {
      validatePlainInitContainer(container, here, errors);
      validateInitResizePolicy(container.resizePolicy, here.child('resizePolicy'), errors);
    }
  });
}

function validatePlainInitContainer(container: coreV1.Container, at: FieldPath, errors: FieldError[]): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field] !== undefined) errors.push(forbidden(at.child(field), withoutRestart));
  }
}

function validateUnique(name: string, names: Set<string>, at: FieldPath, errors: FieldError[]): void {
  if (names.has(name)) errors.push(duplicate(at.child('name'), name));
  else names.add(name);
}

function validateRestartPolicy(policy: string | undefined, allowed: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (policy !== undefined && !allowed.includes(policy)) errors.push(notSupported(at.child('restartPolicy'), policy, allowed));
}

/** What holds for containers of every sort. */
export function validateContainer(container: coreV1.Container, podRestartPolicy: string | undefined, volumes: ReadonlySet<string>, at: FieldPath, errors: FieldError[]): void {
  if (!container.name) errors.push(required(at.child('name')));
  else for (const problem of isDNS1123Label(container.name)) errors.push(invalid(at.child('name'), container.name, problem));
  if (!container.image) errors.push(required(at.child('image')));
  validateChoice(container.terminationMessagePolicy, messagePolicies, at.child('terminationMessagePolicy'), errors);
  if (container.ports !== undefined) validatePorts(container.ports, at.child('ports'), errors);
  if (container.env !== undefined) validateEnvironment(container.env, at.child('env'), errors);
  if (container.envFrom !== undefined) validateEnvironmentSources(container.envFrom, at.child('envFrom'), errors);
  if (container.volumeMounts !== undefined) validateVolumeMounts(container, volumes, at.child('volumeMounts'), errors);
  validateChoice(container.imagePullPolicy, pullPolicies, at.child('imagePullPolicy'), errors);
  if (container.resources !== undefined) validateResources(container.resources, at.child('resources'), errors);
  if (container.resizePolicy !== undefined) validateResizePolicy(container.resizePolicy, podRestartPolicy, at.child('resizePolicy'), errors);
  if (container.securityContext !== undefined) validateSecurityContext(container.securityContext, at.child('securityContext'), errors);
}

function validateChoice(value: string | undefined, allowed: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (!value) errors.push(required(at));
  else if (!allowed.includes(value)) errors.push(notSupported(at, value, allowed));
}
