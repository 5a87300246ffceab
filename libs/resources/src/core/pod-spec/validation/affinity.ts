import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName, required, validateLabelSelector } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const requiredTerms = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredTerms = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Where a pod must or would like to be, by nodes and by other pods. */
export function validateAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: coreV1.Affinity, at: FieldPath, errors: FieldError[]): void {
  if (nodeAffinity !== undefined) validateNodeAffinity(nodeAffinity, at.child('nodeAffinity'), errors);
  if (podAffinity !== undefined) validatePodAffinity(podAffinity, at.child('podAffinity'), errors);
  if (podAntiAffinity !== undefined) validatePodAffinity(podAntiAffinity, at.child('podAntiAffinity'), errors);
}

function validateNodeAffinity(affinity: coreV1.NodeAffinity, at: FieldPath, errors: FieldError[]): void {
  const selector = affinity[requiredTerms];
  if (selector !== undefined) {
    const here = at.child(requiredTerms).child('nodeSelectorTerms');
    if (selector.nodeSelectorTerms.length === 0) errors.push(required(here, 'must have at least one node selector term'));
    selector.nodeSelectorTerms.forEach((term, index) => validateNodeTerm(term, true, here.index(index), errors));
  }
  affinity[preferredTerms]?.forEach(({ weight, preference }, index) => {
    const here = at.child(preferredTerms).index(index);
    validateWeight(weight, here, errors);
    validateNodeTerm(preference, false, here.child('preference'), errors);
  });
}

function validateWeight(weight: number, at: FieldPath, errors: FieldError[]): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(at.child('weight'), weight, 'must be in the range 1-100'));
}

/** Values that are no label values were let through in preferences, and still are. */
function validateNodeTerm({ matchExpressions, matchFields }: coreV1.NodeSelectorTerm, strict: boolean, at: FieldPath, errors: FieldError[]): void {
  matchExpressions?.forEach((expression, index) => validateNodeExpression(expression, strict, at.child('matchExpressions').index(index), errors));
  matchFields?.forEach((expression, index) => validateNodeField(expression, at.child('matchFields').index(index), errors));
}

function validateNodeExpression({ key, operator, values = [] }: coreV1.NodeSelectorRequirement, strict: boolean, at: FieldPath, errors: FieldError[]): void {
  validateValueCount(operator, values.length, at, errors);
  for (const problem of isQualifiedName(key)) errors.push(invalid(at.child('key'), key, problem));
  if (!strict) return;
  values.forEach((value, index) => {
    for (const problem of isLabelValue(value)) errors.push(invalid(at.child('values').index(index), value, problem));
  });
}

function validateValueCount(operator: string, count: number, at: FieldPath, errors: FieldError[]): void {
  const here = at.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) errors.push(required(here, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) errors.push(forbidden(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) errors.push(required(here, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
}

/** The one field that can be asked for is the node's name. */
function validateNodeField({ key, operator, values = [] }: coreV1.NodeSelectorRequirement, at: FieldPath, errors: FieldError[]): void {
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
  else if (values.length !== 1) errors.push(required(at.child('values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (key !== 'metadata.name') errors.push(invalid(at.child('key'), key, 'not a valid field selector key'));
  else {
    values.forEach((value, index) => {
      for (const problem of isDNS1123Subdomain(value)) errors.push(invalid(at.child('values').index(index), value, problem));
    });
  }
}

function validatePodAffinity(affinity: coreV1.PodAffinity | coreV1.PodAntiAffinity, at: FieldPath, errors: FieldError[]): void {
  affinity[requiredTerms]?.forEach((term, index) => validatePodTerm(term, at.child(requiredTerms).index(index), errors));
  affinity[preferredTerms]?.forEach(({ weight, podAffinityTerm }, index) => {
    const here = at.child(preferredTerms).index(index);
    validateWeight(weight, here, errors);
    validatePodTerm(podAffinityTerm, here.child('podAffinityTerm'), errors);
  });
}

function validatePodTerm({ labelSelector, namespaceSelector, namespaces, topologyKey }: coreV1.PodAffinityTerm, at: FieldPath, errors: FieldError[]): void {
  errors.push(...validateLabelSelector(labelSelector, at.child('labelSelector')), ...validateLabelSelector(namespaceSelector, at.child('namespaceSelector')));
  for (const name of namespaces ?? []) for (const problem of isDNS1123Label(name)) errors.push(invalid(at.child('namespace'), name, problem));
  const here = at.child('topologyKey');
  if (!topologyKey) errors.push(required(here, 'can not be empty'));
  for (const problem of isQualifiedName(topologyKey)) errors.push(invalid(here, topologyKey, problem));
}
