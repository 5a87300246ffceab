import type { coreV1 } from '@gantry/api-types';
import { invalid, isInRange } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const largestId = 2_147_483_647;

function validateId(id: number | undefined, at: FieldPath, errors: FieldError[]): void {
  if (id === undefined) return;
  for (const problem of isInRange(id, 0, largestId)) errors.push(invalid(at, id, problem));
}

/** The security context of a container. */
export function validateSecurityContext(context: coreV1.SecurityContext, at: FieldPath, errors: FieldError[]): void {
  validateId(context.runAsUser, at.child('runAsUser'), errors);
  validateId(context.runAsGroup, at.child('runAsGroup'), errors);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) errors.push(invalid(at, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    errors.push(invalid(at, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
  }
}

/** The security context of a pod. */
export function validatePodSecurityContext(context: coreV1.PodSecurityContext, at: FieldPath, errors: FieldError[]): void {
  validateId(context.fsGroup, at.child('fsGroup'), errors);
  validateId(context.runAsUser, at.child('runAsUser'), errors);
  validateId(context.runAsGroup, at.child('runAsGroup'), errors);
  context.supplementalGroups?.forEach((id, index) => validateId(id, at.child('supplementalGroups').index(index), errors));
}
