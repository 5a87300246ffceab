/** One committed change of one key, as the log has it. */
export interface Change {
  readonly revision: number;
  /** False: it removed the key. */
  readonly exists: boolean;
  /** The operation that made it, where the log tells. */
  readonly operation?: string;
  /** Of the object that it wrote or removed. */
  readonly uid?: string;
}

/** What happened to one key, by growing revision. A key that never was has an empty one. */
export class Chain {
  constructor(
    readonly key: string,
    readonly changes: readonly Change[],
  ) {}

  /** Index of the state at a revision: that of the last change up to it; -1 before the first one. */
  indexAt(revision: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.changes[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  existsAt(index: number): boolean {
    return this.changes[index]?.exists ?? false;
  }

  /** The revision of the state at this index: 0 where the key does not exist. */
  revisionAt(index: number): number {
    return this.existsAt(index) ? this.changes[index]!.revision : 0;
  }

  /** The first revision at which the state of this index holds. */
  firstRevision(index: number): number {
    return this.changes[index]?.revision ?? 0;
  }

  /** The first revision from `from` on at which the key has the state of this revision; undefined when it is over by then, or never was. */
  firstWith(revision: number, from: number): number | undefined {
    const index = this.indexAt(revision);
    if (index < 0 || this.revisionAt(index) !== revision) return undefined;
    const end = this.changes[index + 1]?.revision ?? Infinity;
    return from < end ? Math.max(from, revision) : undefined;
  }

  /** The first revision from `from` on at whose state `fits` is true. */
  firstWhere(from: number, fits: (index: number) => boolean): number | undefined {
    for (let index = this.indexAt(from); index < this.changes.length; index += 1) if (fits(index)) return Math.max(from, this.firstRevision(index));
    return undefined;
  }
}
