import type { DeleteQuery, ListQuery, ResourceReference, WatchQuery } from './client.js';

/** `/api/v1/namespaces/<namespace>/pods/<name>/<subresource>`, percent-encoded. */
export function resourcePath({ group, version, resource }: ResourceReference, namespace?: string, name?: string, subresource?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const part = subresource === undefined ? '' : `/${subresource}`;
  return `${root}${scope}/${resource}${object}${part}`;
}

/** The apiVersion that objects of a resource carry. */
export function apiVersionFor({ group, version }: ResourceReference): string {
  return group === '' ? version : `${group}/${version}`;
}

type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Undefined when there is nothing to ask. */
export function queryString(parameters: Parameters): string | undefined {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== '') query.set(name, String(value));
  return query.size === 0 ? undefined : query.toString();
}

export function listQuery({ signal: _signal, ...query }: ListQuery): string | undefined {
  return queryString(query);
}

/** Bookmarks are always welcome: they move the point from which a watch is resumed. */
export function watchQuery({ signal: _signal, ...query }: WatchQuery): string | undefined {
  return queryString({ watch: true, allowWatchBookmarks: true, ...query });
}

/** The body of a delete; undefined where the defaults are wanted. */
export function deleteOptions({ gracePeriodSeconds, propagationPolicy, preconditions }: DeleteQuery): object | undefined {
  if (gracePeriodSeconds === undefined && propagationPolicy === undefined && preconditions === undefined) return undefined;
  return { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds, propagationPolicy, preconditions };
}
