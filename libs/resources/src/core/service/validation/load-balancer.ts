import { forbidden, invalid, isQualifiedName, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateCidr } from '../../../addresses.js';
import type { DefaultedService } from '../types.js';

const specPath = path('spec');
const rangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const onlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'";

/** What a Service says to a load balancer. */
export function validateLoadBalancer(service: DefaultedService, old: DefaultedService | undefined, errors: FieldError[]): void {
  const { spec } = service;
  const isOne = spec.type === 'LoadBalancer';
  validateSourceRanges(service, isOne, errors);
  const at = specPath.child('allocateLoadBalancerNodePorts');
  if (!isOne && spec.allocateLoadBalancerNodePorts !== undefined) errors.push(forbidden(at, onlyForLoadBalancers));
  if (isOne && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required(at));
  validateClass(service, isOne, old, errors);
}

function validateSourceRanges({ spec, metadata }: DefaultedService, isOne: boolean, errors: FieldError[]): void {
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const annotation = metadata.annotations?.[rangesAnnotation];
  if (ranges.length > 0) {
    const at = specPath.child('LoadBalancerSourceRanges');
    if (!isOne) errors.push(forbidden(at, onlyForLoadBalancers));
    ranges.forEach((range, index) => validateCidr(range.trim(), at.index(index), errors));
  } else if (annotation !== undefined) {
    const at = path('metadata').child('annotations').key(rangesAnnotation);
    if (!isOne) errors.push(forbidden(at, onlyForLoadBalancers));
    if (annotation.trim() !== '') for (const range of annotation.split(',')) validateCidr(range.trim(), at, errors);
  }
}

function validateClass({ spec }: DefaultedService, isOne: boolean, old: DefaultedService | undefined, errors: FieldError[]): void {
  const { loadBalancerClass } = spec;
  const at = specPath.child('loadBalancerClass');
  if (old?.spec.type === 'LoadBalancer' && isOne && loadBalancerClass !== old.spec.loadBalancerClass) errors.push(invalid(at, loadBalancerClass, 'may not change once set'));
  if (loadBalancerClass === undefined) return;
  if (!isOne) errors.push(forbidden(at, onlyForLoadBalancers));
  else for (const problem of isQualifiedName(loadBalancerClass)) errors.push(invalid(at, loadBalancerClass, problem));
}
