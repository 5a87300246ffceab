import { definitionNameOf } from '../schema/schema-model.js';
import type { GroupVersionKind } from '../schema/schema.js';
import { actionParameters, optionParameters } from './parameters.js';
import type { Parameter } from './parameters.js';
import type { ServedResource, ServedSubresource } from './served.js';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

/** One operation of a path, in terms from which both versions of OpenAPI are written. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  readonly id: string;
  /** `apps_v1` */
  readonly tag: string;
  /** The value of `x-kubernetes-action`; absent on discovery. */
  readonly action?: string;
  readonly kind?: GroupVersionKind;
  /** The definition of the body. */
  readonly body?: string;
  readonly bodyRequired?: boolean;
  /** The definition of the answer, or text. */
  readonly response: string | 'text';
  /** Status codes of success. */
  readonly successes: readonly number[];
  readonly parameters: readonly Parameter[];
}

/** In the order in which documents have them. */
const METHODS: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** How a verb of a resource is an operation: on the collection or on one object. */
const VERBS: Readonly<Record<string, { readonly method: Method; readonly action: string; readonly prefix: string; readonly item: boolean; readonly successes: readonly number[] }>> = {
  list: { method: 'get', action: 'list', prefix: 'list', item: false, successes: [200] },
  create: { method: 'post', action: 'post', prefix: 'create', item: false, successes: [200, 201, 202] },
  deletecollection: { method: 'delete', action: 'deletecollection', prefix: 'delete', item: false, successes: [200] },
  get: { method: 'get', action: 'get', prefix: 'read', item: true, successes: [200] },
  update: { method: 'put', action: 'put', prefix: 'replace', item: true, successes: [200, 201] },
  patch: { method: 'patch', action: 'patch', prefix: 'patch', item: true, successes: [200, 201] },
  delete: { method: 'delete', action: 'delete', prefix: 'delete', item: true, successes: [200, 202] },
};

/** `/api/v1` or `/apis/apps/v1`. */
export function groupVersionPath({ group, version }: Pick<GroupVersionKind, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Every operation of the resources of one group and version, with its discovery. */
export function operationsOf(group: string, version: string, served: readonly ServedResource[]): Operation[] {
  const own = served.filter((resource) => resource.group === group && resource.version === version);
  return [discoveryOperation(group, version), ...own.flatMap(resourceOperations)];
}

function discoveryOperation(group: string, version: string): Operation {
  return {
    path: `${groupVersionPath({ group, version })}/`, method: 'get', id: `get${idPart(group, version)}APIResources`, tag: tagOf(group, version),
    response: `${META}.APIResourceList`, successes: [200], parameters: [],
  };
}

function resourceOperations(resource: ServedResource): Operation[] {
  const known = resource.verbs.filter((verb) => Object.hasOwn(VERBS, verb));
  const own = known.map((verb) => resourceOperation(resource, verb));
  const everywhere = resource.namespaced && known.includes('list') ? [listEverywhere(resource)] : [];
  return [...own, ...everywhere, ...resource.subresources.flatMap((subresource) => subresourceOperations(resource, subresource))];
}

function resourceOperation(resource: ServedResource, verb: string): Operation {
  const { method, action, prefix, item, successes } = VERBS[verb] as (typeof VERBS)[string];
  const collection = verb === 'deletecollection' ? 'Collection' : '';
  return {
    ...common(resource), path: item ? itemPath(resource) : collectionPath(resource), method, action, successes,
    id: `${prefix}${idPart(resource.group, resource.version)}${collection}${scopePart(resource)}${resource.kind}`,
    response: responseOf(resource, verb), parameters: actionParameters[action] ?? [], ...bodyOf(method, definitionOf(resource)),
  };
}

/** The list over all namespaces, which has a path of its own. */
function listEverywhere(resource: ServedResource): Operation {
  return {
    ...resourceOperation(resource, 'list'), path: `${groupVersionPath(resource)}/${resource.plural}`,
    id: `list${idPart(resource.group, resource.version)}${resource.kind}ForAllNamespaces`,
  };
}

function subresourceOperations(resource: ServedResource, subresource: ServedSubresource): Operation[] {
  const verbs = subresource.verbs.filter((verb) => Object.hasOwn(VERBS, verb));
  return subresource.connect === true ? connectOperations(resource, subresource, verbs) : verbs.map((verb) => subresourceOperation(resource, subresource, verb));
}

/** Where paths may follow, each has every method. */
function connectOperations(resource: ServedResource, subresource: ServedSubresource, verbs: readonly string[]): Operation[] {
  const operation = (method: Method, path?: string): Operation => connectOperation(resource, subresource, method, path);
  if (subresource.withPaths === true) return [undefined, 'path'].flatMap((path) => METHODS.map((method) => operation(method, path)));
  return verbs.map((verb) => operation((VERBS[verb] as (typeof VERBS)[string]).method));
}

function subresourceOperation(resource: ServedResource, subresource: ServedSubresource, verb: string): Operation {
  const { method, action, prefix, successes } = VERBS[verb] as (typeof VERBS)[string];
  const kind = subresource.bodyKind ?? resource;
  const text = subresource.text === true;
  return {
    ...common(resource), kind: kindOnly(kind), path: `${itemPath(resource)}/${subresource.name}`, method, action, successes,
    id: `${prefix}${idPart(resource.group, resource.version)}${scopePart(resource)}${resource.kind}${capitalized(subresource.name)}`,
    response: text ? 'text' : definitionOf(kind),
    parameters: [...(text ? [] : actionParameters[action] ?? []), ...optionParameters(subresource.options)],
    ...(text ? {} : bodyOf(method, definitionOf(kind))),
  };
}

/** A stream or what the other end says: its kind is that of its options. `path`: the parameter that stands for what follows. */
function connectOperation(resource: ServedResource, subresource: ServedSubresource, method: Method, path?: string): Operation {
  const name = `${scopePart(resource)}${resource.kind}${capitalized(subresource.name)}`;
  return {
    ...common(resource), kind: kindOnly(subresource.options ?? resource), path: `${itemPath(resource)}/${subresource.name}${path === undefined ? '' : `/{${path}}`}`, method, action: 'connect', successes: [200],
    id: `connect${idPart(resource.group, resource.version)}${capitalized(method)}${name}${path === undefined ? '' : `With${capitalized(path)}`}`,
    response: 'text', parameters: optionParameters(subresource.options),
  };
}

function common(resource: ServedResource): { tag: string; kind: GroupVersionKind } {
  return { tag: tagOf(resource.group, resource.version), kind: kindOnly(resource) };
}

function bodyOf(method: Method, own: string): { body?: string; bodyRequired?: boolean } {
  if (method === 'get') return {};
  if (method === 'delete') return { body: `${META}.DeleteOptions` };
  return { body: method === 'patch' ? `${META}.Patch` : own, bodyRequired: true };
}

function responseOf(resource: ServedResource, verb: string): string {
  if ((verb === 'delete' && resource.returnsDeleted !== true) || verb === 'deletecollection') return `${META}.Status`;
  return verb === 'list' ? definitionOf({ ...resource, kind: `${resource.kind}List` }) : definitionOf(resource);
}

/** Throws on a kind outside the model: custom resources are described by their own schemas. */
function definitionOf(kind: GroupVersionKind): string {
  const name = definitionNameOf(kind);
  if (name === undefined) throw new Error(`the model has no kind ${kind.kind} of ${kind.group}/${kind.version}`);
  return name;
}

function kindOnly({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, kind, version };
}

function collectionPath(resource: ServedResource): string {
  return `${groupVersionPath(resource)}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`;
}

function itemPath(resource: ServedResource): string {
  return `${collectionPath(resource)}/{name}`;
}

function scopePart(resource: ServedResource): string {
  return resource.namespaced ? 'Namespaced' : '';
}

/** `CoreV1`, `RbacAuthorizationV1`. */
function idPart(group: string, version: string): string {
  const words = group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split(/[.-]/);
  return [...words, version].map(capitalized).join('');
}

/** `core_v1`, `rbacAuthorization_v1`. */
function tagOf(group: string, version: string): string {
  const [first = '', ...rest] = group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split(/[.-]/);
  return `${first}${rest.map(capitalized).join('')}_${version}`;
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
