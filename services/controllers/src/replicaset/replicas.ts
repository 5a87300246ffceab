import type { appsV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import type { Lister } from '@gantry/informer';
import { keyOf } from '../ownership/controller-ref.js';
import { concernedOwners, resolveController } from '../ownership/owner-keys.js';
import type { ReplicaKind } from './replica-kind.js';

/** The objects of a kind as the controller sees them, each viewed once. */
export class Replicas {
  readonly #views = new WeakMap<KubeObject, appsV1.ReplicaSet>();
  readonly #viewed: Pick<Lister<appsV1.ReplicaSet>, 'get' | 'list'>;

  constructor(
    private readonly kind: ReplicaKind,
    private readonly lister: Lister<KubeObject>,
  ) {
    this.#viewed = {
      get: (name, namespace) => this.#view(lister.get(name, namespace)),
      list: (query) => lister.list(query).map((object) => this.#view(object)!),
    };
  }

  get(key: string): appsV1.ReplicaSet | undefined {
    return this.#view(this.lister.getByKey(key));
  }

  /** The key of the object of this kind that controls the other, where one does. */
  controllerKey(object: KubeObject): string | undefined {
    const owner = resolveController(object, this.kind.resource.kind, this.#viewed);
    return owner && keyOf(owner);
  }

  /** The keys of those of this kind that an event on the object concerns. */
  concerned(object: KubeObject): string[] {
    return concernedOwners(object, this.kind.resource.kind, this.#viewed);
  }

  #view(object: KubeObject | undefined): appsV1.ReplicaSet | undefined {
    if (object === undefined) return undefined;
    let view = this.#views.get(object);
    if (view === undefined) this.#views.set(object, (view = this.kind.view(object)));
    return view;
  }
}
