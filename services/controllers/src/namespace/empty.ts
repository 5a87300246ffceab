import type { KubeObject, Client } from '@gantry/client';
import { isNotFound } from '@gantry/apimachinery';
import { Semaphore } from '@gantry/async';
import type { DiscoveredResource } from '../resources/discovered-resource.js';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import type { DeletionReport } from './conditions.js';

/** Requests at once while a namespace is emptied. */
const CONCURRENCY = 16;

/** What one pass found and left. */
export interface EmptyResult {
  readonly report: DeletionReport;
  readonly left: readonly KubeObject[];
}

class Pass {
  readonly #failures = new Set<string>();
  readonly #remaining = new Map<string, number>();
  readonly #finalizers = new Map<string, number>();
  readonly #left: KubeObject[] = [];
  readonly #slots = new Semaphore(CONCURRENCY);

  constructor(
    private readonly client: Client,
    private readonly namespace: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Asks every object of the resource to go, and counts those that are still there then. */
  async empty(resource: DiscoveredResource): Promise<void> {
    const objects = this.client.resource<KubeObject>(resource, this.namespace);
    try {
      const { items } = await objects.list({ signal: this.signal });
      await Promise.all(items.filter((item) => !isBeingDeleted(item)).map((item) => this.#slots.run(() => this.#delete(resource, item))));
      if (items.length > 0) this.#count(resource, (await objects.list({ signal: this.signal })).items);
    } catch (error) {
      this.signal.throwIfAborted();
      if (!isNotFound(error)) this.#failures.add(`${resource.resource}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #delete(resource: DiscoveredResource, { metadata = {} }: KubeObject): Promise<void> {
    const { name = '', uid } = metadata;
    const query = { preconditions: { uid }, propagationPolicy: 'Background' as const, signal: this.signal };
    await this.client.resource(resource, this.namespace).delete(name, query).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  #count({ resource, group }: DiscoveredResource, items: readonly KubeObject[]): void {
    if (items.length > 0) this.#remaining.set(`${resource}.${group}`, items.length);
    this.#left.push(...items);
    for (const finalizer of items.flatMap(({ metadata }) => metadata?.finalizers ?? [])) {
      this.#finalizers.set(finalizer, (this.#finalizers.get(finalizer) ?? 0) + 1);
    }
  }

  get result(): EmptyResult {
    const report = { discoveryFailures: [], deletionFailures: [...this.#failures], remaining: this.#remaining, finalizers: this.#finalizers };
    return { report, left: this.#left };
  }

  get isClean(): boolean {
    return this.#left.length === 0 && this.#failures.size === 0;
  }
}

function isPods({ group, resource }: DiscoveredResource): boolean {
  return group === '' && resource === 'pods';
}

/**
 * One pass over the namespace's content. Pods go first and alone (KEP-5080): no pod must run on without the policies and the
 * secrets that it ran with.
 */
export async function emptyNamespace(client: Client, namespace: string, resources: readonly DiscoveredResource[], signal: AbortSignal): Promise<EmptyResult> {
  const namespaced = resources.filter((resource) => resource.namespaced);
  const pass = new Pass(client, namespace, signal);
  for (const resource of namespaced.filter(isPods)) await pass.empty(resource);
  if (pass.isClean) for (const resource of namespaced.filter((one) => !isPods(one))) await pass.empty(resource);
  return pass.result;
}
