import type { coreV1 } from '@gantry/api-types';
import { duplicate, invalid, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const resources = ['cpu', 'memory'];
const restartPolicies = ['NotRequired', 'RestartContainer'];

/** What a change of a container's resources asks of it; in a pod that restarts nothing, no restart. */
export function validateResizePolicy(policies: readonly coreV1.ContainerResizePolicy[], podRestartPolicy: string | undefined, at: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName, restartPolicy }, index) => {
    if (seen.has(resourceName)) errors.push(duplicate(at.index(index), resourceName));
    seen.add(resourceName);
    validateChoice(resourceName, resources, at, errors);
    validateChoice(restartPolicy, restartPolicies, at, errors);
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(at, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  });
}

/** An init container that is no sidecar cannot be started again for this. */
export function validateInitResizePolicy(policies: readonly coreV1.ContainerResizePolicy[] = [], at: FieldPath, errors: FieldError[]): void {
  policies.forEach(({ restartPolicy }, index) => {
    if (restartPolicy !== 'RestartContainer') return;
    errors.push(invalid(at.index(index).child('restartPolicy'), restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
  });
}

function validateChoice(value: string, allowed: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (!value) errors.push(required(at));
  else if (!allowed.includes(value)) errors.push(notSupported(at, value, allowed));
}
