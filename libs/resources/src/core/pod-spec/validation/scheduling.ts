import type { coreV1 } from '@gantry/api-types';
import { duplicate, invalid, isLabelValue, isQualifiedName, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The tolerations of a pod. */
export function validateTolerations(tolerations: readonly coreV1.Toleration[], at: FieldPath, errors: FieldError[]): void {
  tolerations.forEach((toleration, index) => validateToleration(toleration, at.index(index), errors));
}

function validateToleration({ key, operator, effect, value = '', tolerationSeconds }: coreV1.Toleration, at: FieldPath, errors: FieldError[]): void {
  if (key) for (const problem of isQualifiedName(key)) errors.push(invalid(at.child('key'), key, problem));
  if (!key && operator !== 'Exists') {
    errors.push(invalid(at.child('operator'), operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalid(at.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  validateOperator(operator, value, at, errors);
  if (effect && !effects.includes(effect)) errors.push(notSupported(at.child('effect'), effect, effects));
}

function validateOperator(operator: string | undefined, value: string, at: FieldPath, errors: FieldError[]): void {
  if (!operator || operator === 'Equal') {
    const problems = isLabelValue(value);
    if (problems.length > 0) errors.push(invalid(at.child('operator'), value, problems.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(at.child('operator'), value, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(at.child('operator'), operator, ['Equal', 'Exists']));
}

/** The taints of a node. */
export function validateTaints(taints: readonly coreV1.Taint[], at: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const here = at.index(index);
    for (const problem of isQualifiedName(taint.key)) errors.push(invalid(here.child('key'), taint.key, problem));
    const problems = isLabelValue(taint.value ?? '');
    if (problems.length > 0) errors.push(invalid(here.child('value'), taint.value, problems.join(';')));
    if (!taint.effect) errors.push(required(here.child('effect')));
    else if (!effects.includes(taint.effect)) errors.push(notSupported(here.child('effect'), taint.effect, effects));
    const id = `${taint.key}:${taint.effect}`;
    if (seen.has(id)) errors.push(repeatedTaint(taint, here));
    seen.add(id);
  });
}

function repeatedTaint(taint: coreV1.Taint, at: FieldPath): FieldError {
  const error = duplicate(at, taint);
  return { ...error, message: `${error.message}: taints must be unique by key and effect pair` };
}

/** The gates that keep a pod from being scheduled. */
export function validateSchedulingGates(gates: readonly coreV1.PodSchedulingGate[], at: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  gates.forEach(({ name }, index) => {
    for (const problem of isQualifiedName(name)) errors.push(invalid(at.index(index), name, problem));
    if (seen.has(name)) errors.push(duplicate(at.index(index), name));
    seen.add(name);
  });
}
