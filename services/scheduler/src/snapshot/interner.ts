/** Gives equal values (by their JSON) one small number. Values are never forgotten: use it where there are few. */
export class Interner<T> {
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];

  get size(): number {
    return this.#values.length;
  }

  intern(value: T): number {
    const text = JSON.stringify(value);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#values.length);
    return this.#values.push(value) - 1;
  }

  valueOf(id: number): T {
    const value = this.#values[id];
    if (value === undefined) throw new RangeError(`no value has the number ${id}`);
    return value;
  }
}
