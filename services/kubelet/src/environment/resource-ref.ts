import { parseQuantity } from '@gantry/apimachinery';
import type { coreV1 } from '@gantry/api-types';
import { containersOf, initContainersOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';

type Allocatable = Readonly<Record<string, string>>;

/** The amount that a `resourceFieldRef` names, divided and rounded up; a limit that is not set is what the node can give. */
export function resourceValue(pod: Pod, container: Container, selector: coreV1.ResourceFieldSelector, allocatable: Allocatable): string {
  const [kind = '', ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  const subject = named(pod, container, selector.containerName);
  const { limits, requests } = subject.resources ?? {};
  const text = kind === 'limits' ? (limits?.[name] ?? allocatable[name]) : requests?.[name];
  return amount(text ?? '0', selector.divisor);
}

function named(pod: Pod, container: Container, name: string | undefined): Container {
  if (name === undefined || name === '') return container;
  return [...containersOf(pod), ...initContainersOf(pod)].find((each) => each.name === name) ?? container;
}

function amount(text: string, divisor: string | undefined): string {
  const by = divisor === undefined || parseQuantity(divisor).isZero ? parseQuantity('1') : parseQuantity(divisor);
  const { nanos } = parseQuantity(text);
  return String((nanos + by.nanos - 1n) / by.nanos);
}
