import type { coreV1 } from '@gantry/api-types';
import { podRangeOf } from './pod-range.js';

/** Marks routes as ours (`ip route show proto 71`): numbers that no known daemon has. */
export const ROUTE_PROTOCOL = 71;

/** Next hop by range, such as `10.244.2.0/24` → `172.18.0.3`. */
export type Routes = ReadonlyMap<string, string>;

export type RouteChange =
  | { readonly type: 'replace'; readonly range: string; readonly via: string }
  | { readonly type: 'delete'; readonly range: string };

/** Routes to all nodes but the own one; a node without a range or an address of its own has none. */
export function wantedRoutes(nodes: readonly coreV1.Node[], ownName: string): Routes {
  const routes = new Map<string, string>();
  for (const node of nodes) {
    const range = podRangeOf(node);
    const via = node.status?.addresses?.find(({ type, address }) => type === 'InternalIP' && address.includes('.'))?.address;
    if (node.metadata?.name === ownName || range === undefined || via === undefined || via.startsWith('127.')) continue;
    routes.set(range, via);
  }
  return routes;
}

/** What to tell the kernel, so that it has the wanted routes and no others of ours. */
export function computeRouteChanges(wanted: Routes, present: Routes): RouteChange[] {
  const gone = [...present.keys()].filter((range) => !wanted.has(range)).map((range): RouteChange => ({ type: 'delete', range }));
  const other = [...wanted].filter(([range, via]) => present.get(range) !== via).map(([range, via]): RouteChange => ({ type: 'replace', range, via }));
  return [...gone, ...other];
}

/** Lines of `ip route show`. */
export function parseRoutes(text: string): Routes {
  const found = text.split('\n').flatMap((line) => {
    const [, range, via] = /^(\S+) via (\S+) /.exec(line) ?? [];
    return range === undefined || via === undefined ? [] : [[range, via] as const];
  });
  return new Map(found);
}

/** Lines for `ip -batch`. */
export function routeLines(changes: readonly RouteChange[]): string {
  return changes.map((change) => {
    const rest = `proto ${ROUTE_PROTOCOL}\n`;
    return change.type === 'delete' ? `route del ${change.range} ${rest}` : `route replace ${change.range} via ${change.via} ${rest}`;
  }).join('');
}
