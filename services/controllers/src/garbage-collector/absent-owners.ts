/**
 * Owners that were looked for and are not there, the latest of them: a uid never comes back, so none need be looked for twice. Where they were
 * looked for counts, too: a reference into another namespace finds nothing, while the owner's own dependents find it.
 */
export class AbsentOwners {
  readonly #keys = new Set<string>();

  constructor(private readonly limit = 5000) {}

  /** `namespace`: '' for an owner of the whole cluster. */
  has(namespace: string, uid: string): boolean {
    return this.#keys.has(keyOf(namespace, uid));
  }

  add(namespace: string, uid: string): void {
    this.#keys.add(keyOf(namespace, uid));
    if (this.#keys.size <= this.limit) return;
    const oldest = this.#keys.values().next();
    if (oldest.done !== true) this.#keys.delete(oldest.value);
  }
}

function keyOf(namespace: string, uid: string): string {
  return `${namespace}/${uid}`;
}
