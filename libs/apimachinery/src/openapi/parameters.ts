import { definition, definitionNameOf } from '../schema/schema-model.js';
import type { GroupVersionKind } from '../schema/schema.js';

/** A query or path parameter, in the words that OpenAPI v2 and v3 share. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: true;
  readonly type: 'string' | 'integer' | 'boolean';
}

const query = (name: string, type: Parameter['type'] = 'string'): Parameter => ({ name, in: 'query', type });
const path = (name: string): Parameter => ({ name, in: 'path', required: true, type: 'string' });

const dryRun = query('dryRun');
const selection = [
  query('continue'), query('fieldSelector'), query('labelSelector'), query('limit', 'integer'), query('resourceVersion'),
  query('resourceVersionMatch'), query('sendInitialEvents', 'boolean'), query('timeoutSeconds', 'integer'),
];
const deletion = [dryRun, query('gracePeriodSeconds', 'integer'), query('orphanDependents', 'boolean'), query('propagationPolicy')];

/** Query parameters of each action. kubectl looks for `dryRun` and `fieldValidation` among those of `patch`. */
export const actionParameters: Readonly<Record<string, readonly Parameter[]>> = {
  list: [query('allowWatchBookmarks', 'boolean'), ...selection, query('watch', 'boolean')],
  post: [dryRun, query('fieldManager'), query('fieldValidation')],
  put: [dryRun, query('fieldManager'), query('fieldValidation')],
  patch: [dryRun, query('fieldManager'), query('fieldValidation'), query('force', 'boolean')],
  delete: deletion,
  deletecollection: [...deletion, ...selection],
};

/** Parameters of every operation of a path: what stands in braces, and `pretty` where answers are objects. */
export function pathParameters({ path: template, action }: { readonly path: string; readonly action?: string }): Parameter[] {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return [...names.map(path), ...(action === 'connect' ? [] : [query('pretty')])];
}

/** Query parameters from the fields of an options kind; none without one. */
export function optionParameters(options: GroupVersionKind | undefined): Parameter[] {
  const name = options === undefined ? undefined : definitionNameOf(options);
  const fields = Object.entries((name === undefined ? undefined : definition(name))?.properties ?? {});
  return fields.filter(([name]) => name !== 'kind' && name !== 'apiVersion').map(([name, { type, items }]) => query(name, scalarType(items?.type ?? type)));
}

function scalarType(type: string | undefined): Parameter['type'] {
  return type === 'integer' || type === 'boolean' ? type : 'string';
}
