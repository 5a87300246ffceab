import { HistogramSeries, NumberSeries, SeriesTable } from './series.js';
import { familyPieces, METRICS_TYPE } from './text.js';
import type { Family, Sample } from './text.js';

/** A measure's name, its sentence, and the names of its labels. */
export interface MetricDescription<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

type Labels<L extends string> = Readonly<Record<L, string>>;

/** A count of one set of labels: keeping it makes a count one addition. */
export interface Count {
  add(amount?: number): void;
}

export interface CounterMetric<L extends string = never> {
  add(labels: Labels<L>, amount?: number): void;
  /** From here on it is shown, 0 at first. */
  of(labels: Labels<L>): Count;
}

export interface GaugeMetric<L extends string = never> {
  set(labels: Labels<L>, value: number): void;
}

/** A distribution of one set of labels. */
export interface Distribution {
  observe(value: number): void;
}

export interface HistogramMetric<L extends string = never> {
  /** Seconds, bytes or what the name says. */
  observe(labels: Labels<L>, value: number): void;
  of(labels: Labels<L>): Distribution;
}

/** The measures of one process: numbers that are added to, and made text when somebody asks. A name is registered once. */
export interface Metrics {
  counter<L extends string = never>(description: MetricDescription<L>): CounterMetric<L>;
  gauge<L extends string = never>(description: MetricDescription<L>): GaugeMetric<L>;
  /** A gauge whose values are asked for when it is read. */
  gaugeOf<L extends string = never>(description: MetricDescription<L>, read: () => readonly Sample<L>[]): void;
  /** A count that somebody else keeps, asked for when it is read. */
  counterOf<L extends string = never>(description: MetricDescription<L>, read: () => readonly Sample<L>[]): void;
  histogram<L extends string = never>(description: MetricDescription<L> & { readonly buckets: readonly number[] }): HistogramMetric<L>;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  return {
    counter: (description) => registry.counter(description),
    gauge: (description) => registry.gauge(description),
    gaugeOf: (description, read) => registry.read(description, 'gauge', read),
    counterOf: (description, read) => registry.read(description, 'counter', read),
    histogram: (description) => registry.histogram(description),
    text: () => registry.text(),
    contentType: METRICS_TYPE,
  };
}

/** Measures of their own, shown together with those of `others`: what registers them may be started again. */
export function beside(others: Metrics): Metrics {
  const own = createMetrics();
  return { ...own, text: async () => (await own.text()) + (await others.text()) };
}

/** Milliseconds at a stretch that making text may take. */
const LONGEST_MS = 5;

class Registry {
  readonly #texts = new Map<string, () => Iterable<string>>();

  counter<L extends string>({ name, help, labels = [] }: MetricDescription<L>): CounterMetric<L> {
    const table = new SeriesTable<L, NumberSeries>(labels, () => new NumberSeries());
    this.#register(name, () => [table.text(name, help, 'counter')]);
    return { add: (of, amount = 1) => table.of(of).add(amount), of: (of) => table.of(of) };
  }

  gauge<L extends string>({ name, help, labels = [] }: MetricDescription<L>): GaugeMetric<L> {
    const table = new SeriesTable<L, NumberSeries>(labels, () => new NumberSeries());
    this.#register(name, () => [table.text(name, help, 'gauge')]);
    return { set: (of, value) => table.of(of).set(value) };
  }

  histogram<L extends string>({ name, help, labels = [], buckets }: MetricDescription<L> & { readonly buckets: readonly number[] }): HistogramMetric<L> {
    const table = new SeriesTable<L, HistogramSeries>(labels, () => new HistogramSeries(buckets));
    this.#register(name, () => [table.text(name, help, 'histogram')]);
    return { observe: (of, value) => table.of(of).observe(value), of: (of) => table.of(of) };
  }

  read<L extends string>({ name, help }: MetricDescription<L>, type: Family['type'], read: () => readonly Sample<L>[]): void {
    this.#register(name, () => familyPieces({ name, help, type, samples: read() }));
  }

  /** Lets others work meanwhile: where there are many objects there is much text. */
  async text(): Promise<string> {
    let text = '';
    let since = performance.now();
    for (const pieces of this.#texts.values()) {
      for (const piece of pieces()) {
        text += piece;
        if (performance.now() - since < LONGEST_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        since = performance.now();
      }
    }
    return text;
  }

  #register(name: string, text: () => Iterable<string>): void {
    if (this.#texts.has(name)) throw new Error(`there is a measure ${name} already`);
    this.#texts.set(name, text);
  }
}
