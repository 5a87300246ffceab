import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { amountsOf, podResources } from '@gantry/resources';

type Amounts = ReadonlyMap<string, Quantity>;

/** What one thing asks for: a container, or a pod as a whole. */
interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What a pod's spec is not within of a limit range, each as one text. */
export function limitProblems({ spec }: coreV1.LimitRange, pod: coreV1.PodSpec): string[] {
  return (spec?.limits ?? []).flatMap((item) => askedOf(item.type, pod).flatMap((asked) => itemProblems(item, asked)));
}

function askedOf(type: string, pod: coreV1.PodSpec): Asked[] {
  if (type === 'Pod') return [{ requests: podResources(pod, 'requests'), limits: podResources(pod, 'limits') }];
  if (type !== 'Container') return [];
  return [...pod.containers, ...(pod.initContainers ?? [])].map(({ resources }) => ({ requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }));
}

type Constraint = (asked: Asked, name: string, bound: Quantity, type: string) => string | undefined;

function itemProblems({ type, min, max, maxLimitRequestRatio }: coreV1.LimitRangeItem, asked: Asked): string[] {
  const found = (list: Readonly<Record<string, string>> | undefined, constraint: Constraint): (string | undefined)[] => [...amountsOf(list)].map(([name, bound]) => constraint(asked, name, bound, type));
  return [...found(min, belowMinimum), ...found(max, aboveMaximum), ...found(maxLimitRequestRatio, aboveRatio)].filter((problem) => problem !== undefined);
}

function belowMinimum({ requests, limits }: Asked, name: string, bound: Quantity, type: string): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const least = `minimum ${name} usage per ${type} is ${bound.toString()}`;
  if (request === undefined) return `${least}.  No request is specified`;
  if (request.compare(bound) < 0) return `${least}, but request is ${request.toString()}`;
  return limit !== undefined && limit.compare(bound) < 0 ? `${least}, but limit is ${limit.toString()}` : undefined;
}

function aboveMaximum({ requests, limits }: Asked, name: string, bound: Quantity, type: string): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const most = `maximum ${name} usage per ${type} is ${bound.toString()}`;
  if (limit === undefined) return `${most}.  No limit is specified`;
  if (limit.compare(bound) > 0) return `${most}, but limit is ${limit.toString()}`;
  return request !== undefined && request.compare(bound) > 0 ? `${most}, but request is ${request.toString()}` : undefined;
}

function aboveRatio({ requests, limits }: Asked, name: string, bound: Quantity, type: string): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const most = `${name} max limit to request ratio per ${type} is ${bound.toString()}`;
  if (request === undefined || request.isZero) return `${most}, but no request is specified or request is 0`;
  if (limit === undefined || limit.isZero) return `${most}, but no limit is specified or limit is 0`;
  const ratio = limit.toMilli() / request.toMilli();
  return ratio * 1000 > bound.toMilli() ? `${most}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
