import { headText, labelsText, numberText } from './text.js';

/** A count, or a value that goes up and down: one number. */
export class NumberSeries {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }

  text(name: string, labels: Readonly<Record<string, string>>): string {
    return `${name}${labelsText(labels)} ${numberText(this.value)}\n`;
  }
}

/** How values are spread: a count a bucket, each of what is over the bound before and not over its own. */
export class HistogramSeries {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` in ascending order. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at += 1;
    this.#counts[at]! += 1;
    this.#sum += value;
  }

  text(name: string, labels: Readonly<Record<string, string>>): string {
    let count = 0;
    const buckets = this.#counts.map((own, at) => {
      count += own;
      return `${name}_bucket${labelsText({ le: numberText(this.#bounds[at] ?? Infinity), ...labels })} ${count}\n`;
    });
    return `${buckets.join('')}${name}_sum${labelsText(labels)} ${numberText(this.#sum)}\n${name}_count${labelsText(labels)} ${count}\n`;
  }
}

interface Writable {
  text(name: string, labels: Readonly<Record<string, string>>): string;
}

/** The series of one name by their labels. Without labels there is one from the start: it shows 0 before anything happened. */
export class SeriesTable<L extends string, S extends Writable> {
  readonly #made = new Map<string, { readonly labels: Readonly<Record<L, string>>; readonly series: S }>();

  constructor(
    private readonly names: readonly L[],
    private readonly make: () => S,
  ) {
    if (names.length === 0) this.of({} as Readonly<Record<L, string>>);
  }

  /** The one series of these labels. Whoever counts often keeps it. */
  of(labels: Readonly<Record<L, string>>): S {
    const key = this.names.map((name) => labels[name]).join('\0');
    let entry = this.#made.get(key);
    if (entry === undefined) this.#made.set(key, (entry = { labels: this.#ordered(labels), series: this.make() }));
    return entry.series;
  }

  text(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): string {
    return headText(name, help, type) + [...this.#made.values()].map(({ labels, series }) => series.text(name, labels)).join('');
  }

  #ordered(labels: Readonly<Record<L, string>>): Readonly<Record<L, string>> {
    return Object.fromEntries(this.names.map((name) => [name, labels[name]])) as Readonly<Record<L, string>>;
  }
}
