/** Values as they come, and promises for those to come. */
export interface Collector<T> {
  readonly values: T[];
  readonly push: (value: T) => void;
  /** The next value not yet taken by `next`. */
  next(): Promise<T>;
  /** Resolves when so many values came in all. */
  count(total: number): Promise<void>;
  /** Resolves when some value satisfies the test. */
  until(test: (value: T) => boolean): Promise<void>;
}

export function collector<T>(): Collector<T> {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  let taken = 0;
  const when = (ready: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!ready()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return {
    values,
    push: (value) => {
      values.push(value);
      for (const check of [...waiting]) check();
    },
    next: async () => {
      const index = taken;
      taken += 1;
      await when(() => values.length > index);
      return values[index] as T;
    },
    count: (total) => when(() => values.length >= total),
    until: (test) => when(() => values.some(test)),
  };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
