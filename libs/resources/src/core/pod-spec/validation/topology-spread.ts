import type { coreV1 } from '@gantry/api-types';
import { duplicate, invalid, notSupported, required, validateLabelSelector } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];
const positive = 'must be greater than zero';

/** How evenly pods are to be spread. */
export function validateTopologySpread(constraints: readonly coreV1.TopologySpreadConstraint[], at: FieldPath, errors: FieldError[]): void {
  constraints.forEach((constraint, index) => {
    const here = at.index(index);
    validateConstraint(constraint, here, errors);
    const { topologyKey, whenUnsatisfiable } = constraint;
    const repeated = constraints.slice(index + 1).some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) errors.push(duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`));
    validateDomains(constraint, here, errors);
    errors.push(...validateLabelSelector(constraint.labelSelector, here.child('labelSelector')));
  });
}

function validateConstraint({ maxSkew, topologyKey, whenUnsatisfiable }: coreV1.TopologySpreadConstraint, at: FieldPath, errors: FieldError[]): void {
  if (maxSkew <= 0) errors.push(invalid(at.child('maxSkew'), maxSkew, positive));
  if (!topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
  if (!actions.includes(whenUnsatisfiable)) errors.push(notSupported(at.child('whenUnsatisfiable'), whenUnsatisfiable, actions));
}

function validateDomains(constraint: coreV1.TopologySpreadConstraint, at: FieldPath, errors: FieldError[]): void {
  const { minDomains, whenUnsatisfiable } = constraint;
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.push(invalid(at.child('minDomains'), minDomains, positive));
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      errors.push(invalid(at.child('minDomains'), minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
    }
  }
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[field];
    if (policy !== undefined && !policies.includes(policy)) errors.push(notSupported(at.child(field), policy, policies));
  }
}
