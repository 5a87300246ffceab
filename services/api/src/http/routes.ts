import type { KindDescriptor } from '@gantry/resources';
import type { ServedResource } from '../registry/served-resource.js';
import type { Subresource } from '../subresources/subresource.js';
import { create } from '../verbs/create.js';
import { deleteCollection } from '../verbs/delete-collection.js';
import { remove } from '../verbs/delete.js';
import { get } from '../verbs/get.js';
import { list } from '../verbs/list.js';
import { patch } from '../verbs/patch.js';
import { update } from '../verbs/update.js';
import type { Verb } from '../verbs/verb.js';
import { watch } from '../verbs/watch.js';
import { RepresentationTable } from '../representation/representation-table.js';
import type { ResourcePath } from './path.js';

/** What answers a verb of a resource or of one of its subresources. */
export interface Route {
  readonly resource: ServedResource;
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly representations: RepresentationTable;
}

/** The verbs of every resource, in the order in which discovery names them. */
export const RESOURCE_VERBS: Readonly<Record<string, Verb>> = { create, delete: remove, deletecollection: deleteCollection, get, list, patch, update, watch };

/** All routes, resolved when the registry of kinds is known: a request costs one look-up. */
export class Routes {
  readonly #routes = new Map<string, Route>();

  constructor(resources: readonly ServedResource[], subresources: readonly Subresource[], now: () => number) {
    for (const resource of resources) {
      const { group, version, resource: plural } = resource.kind;
      const representations = new RepresentationTable(resource, now);
      this.#routes.set(`${group}/${version}/${plural}/`, { resource, verbs: RESOURCE_VERBS, representations });
      for (const { name, verbs } of subresourcesOf(resource.kind, subresources)) this.#routes.set(`${group}/${version}/${plural}/${name}`, { resource, verbs, representations });
    }
  }

  find({ group, version, resource, subresource }: ResourcePath): Route | undefined {
    return this.#routes.get(`${group}/${version}/${resource}/${subresource}`);
  }
}

export function subresourcesOf(kind: KindDescriptor, subresources: readonly Subresource[]): readonly Subresource[] {
  return subresources.filter((subresource) => subresource.appliesTo(kind));
}

const COLLECTION_VERBS: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' };
const OBJECT_VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The verb that a method is on a collection or on an object; undefined where there is none. */
export function verbFor(method: string, isCollection: boolean, isWatch: boolean): string | undefined {
  if (isCollection && method === 'GET' && isWatch) return 'watch';
  const read = method === 'HEAD' ? 'GET' : method;
  return (isCollection ? COLLECTION_VERBS : OBJECT_VERBS)[read];
}
