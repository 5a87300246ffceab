/** A chunk is split at this many keys: an insertion moves at most so many references. */
const CHUNK = 512;

/**
 * A set of keys in order, in chunks, so that an insertion does not move everything behind it. Order is that of JavaScript's strings,
 * which for the ASCII of keys is the order of their bytes.
 */
export class SortedKeys {
  #chunks: string[][] = [[]];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] === key) return;
    chunk.splice(index, 0, key);
    this.#size++;
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK >> 1));
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] !== key) return;
    chunk.splice(index, 1);
    this.#size--;
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
  }

  /** Calls `visit` with every key that begins with `prefix` (and stands behind `after`), in order, until it answers false. */
  scan(prefix: string, visit: (key: string) => boolean | void, after?: string): void {
    const start = after === undefined || after < prefix ? prefix : after;
    let at = this.#chunkOf(start);
    let index = lowerBound(this.#chunks[at]!, start);
    if (this.#chunks[at]![index] === after) index++;
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at]!;
      for (; index < chunk.length; index++) {
        const key = chunk[index]!;
        if (!key.startsWith(prefix)) return;
        if (visit(key) === false) return;
      }
    }
  }

  clear(): void {
    this.#chunks = [[]];
    this.#size = 0;
  }

  /** The last chunk whose first key is not above `key`. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
