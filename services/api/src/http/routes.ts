import { apiVersionOf } from '@gantry/apimachinery';
import type { GroupResource } from '@gantry/apimachinery';
import type { KindDescriptor } from '@gantry/resources';
import type { ServedResource } from '../registry/served-resource.js';
import type { UnstoredKind } from '../reviews/unstored-kind.js';
import type { PathsBehind, Subresource } from '../subresources/subresource.js';
import { create } from '../verbs/create.js';
import { deleteCollection } from '../verbs/delete-collection.js';
import { remove } from '../verbs/delete.js';
import { get } from '../verbs/get.js';
import { list } from '../verbs/list.js';
import { patch } from '../verbs/patch.js';
import { update } from '../verbs/update.js';
import type { RequestBase, Verb } from '../verbs/verb.js';
import { watch } from '../verbs/watch.js';
import type { Representation } from '../representation/representation.js';
import { RepresentationTable } from '../representation/representation-table.js';
import type { Answer } from './answer.js';
import type { ResourcePath } from './path.js';

/** What answers a verb of a resource or of one of its subresources. */
export interface Route {
  readonly groupResource: GroupResource;
  readonly namespaced: boolean;
  readonly verbs: Readonly<Record<string, RouteVerb>>;
  /** Undefined where no path may follow. */
  readonly behind: PathsBehind | undefined;
  /** Whoever asks is connected with something, whatever the method: it counts as CONNECT. */
  readonly isConnection: boolean;
  /** What every client that comes here is told; undefined for most. */
  readonly warning: string | undefined;
}

type RouteVerb = (request: RequestBase) => Promise<Answer>;

/** The verbs of every resource, in the order in which discovery names them. */
const RESOURCE_VERBS: Readonly<Record<string, Verb>> = { create, delete: remove, deletecollection: deleteCollection, get, list, patch, update, watch };

/** Those of one kind. */
export function verbsOf({ withoutDeleteCollection }: KindDescriptor): Readonly<Record<string, Verb>> {
  const { deletecollection: _all, ...others } = RESOURCE_VERBS;
  return withoutDeleteCollection === true ? others : RESOURCE_VERBS;
}

/** All routes, resolved when the registry of kinds is known: a request costs one look-up. */
export class Routes {
  readonly #routes = new Map<string, Route>();

  constructor(resources: readonly ServedResource[], subresources: readonly Subresource[], unstored: readonly UnstoredKind[], now: () => number) {
    for (const resource of resources) {
      const { group, version, resource: plural } = resource.kind;
      const representations = new RepresentationTable(resource, now);
      this.#routes.set(`${group}/${version}/${plural}/`, route(resource, verbsOf(resource.kind), representations));
      for (const { name, verbs, behind, isConnection } of subresourcesOf(resource.kind, subresources)) this.#routes.set(`${group}/${version}/${plural}/${name}`, route(resource, verbs, representations, behind, isConnection));
    }
    for (const { group, version, resource, namespaced, create: answer } of unstored) {
      this.#routes.set(`${group}/${version}/${resource}/`, { groupResource: { group, resource }, namespaced, verbs: { create: answer }, behind: undefined, isConnection: false, warning: undefined });
    }
  }

  find({ group, version, resource, subresource }: ResourcePath): Route | undefined {
    return this.#routes.get(`${group}/${version}/${resource}/${subresource}`);
  }
}

/** The verbs of a stored resource, bound to it. */
function route(resource: ServedResource, verbs: Readonly<Record<string, Verb>>, representations: RepresentationTable, behind?: PathsBehind, isConnection = false): Route {
  const bound = (verb: Verb): RouteVerb => (request) => {
    const { context } = request;
    const representation = (): Representation => representations.choose(context.header('accept'), context.rawQuery === '' ? null : context.query.get('includeObject'));
    return verb({ ...request, resource, representation });
  };
  const { groupResource, kind: { namespaced } } = resource;
  return { groupResource, namespaced, verbs: Object.fromEntries(Object.entries(verbs).map(([name, verb]) => [name, bound(verb)])), behind, isConnection, warning: deprecationOf(resource.kind) };
}

function deprecationOf({ group, version, kind, deprecated }: KindDescriptor): string | undefined {
  if (deprecated === undefined) return undefined;
  return `${apiVersionOf({ group, version })} ${kind} is deprecated in v${deprecated.since}+; use ${apiVersionOf(deprecated.use)} ${deprecated.use.kind}`;
}

export function subresourcesOf(kind: KindDescriptor, subresources: readonly Subresource[]): readonly Subresource[] {
  return subresources.filter((subresource) => subresource.appliesTo(kind));
}

const COLLECTION_VERBS: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' };
const OBJECT_VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', OPTIONS: 'options' };

/** The verb that a method is on a collection or on an object; undefined where there is none. `asksForWatch`: by its query. */
export function verbFor(method: string, { name, isWatch }: ResourcePath, asksForWatch: boolean): string | undefined {
  if (isWatch) return method === 'GET' ? 'watch' : undefined;
  if (name === '' && method === 'GET' && asksForWatch) return 'watch';
  const read = method === 'HEAD' ? 'GET' : method;
  return (name === '' ? COLLECTION_VERBS : OBJECT_VERBS)[read];
}
