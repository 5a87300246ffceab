/** Owners that were looked for and are not there, the latest of them: a uid never comes back, so none need be looked for twice. */
export class AbsentOwners {
  readonly #uids = new Set<string>();

  constructor(private readonly limit = 5000) {}

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }

  add(uid: string): void {
    this.#uids.add(uid);
    if (this.#uids.size <= this.limit) return;
    const oldest = this.#uids.values().next();
    if (oldest.done !== true) this.#uids.delete(oldest.value);
  }
}
