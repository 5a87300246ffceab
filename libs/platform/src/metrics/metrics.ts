import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A measure's name, its sentence, and the names of its labels. */
export interface MetricDescription<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

type Labels<L extends string> = Readonly<Record<L, string>>;

export interface CounterMetric<L extends string = never> {
  add(labels: Labels<L>, amount?: number): void;
}

export interface Sample<L extends string> {
  readonly labels: Labels<L>;
  readonly value: number;
}

export interface GaugeMetric<L extends string = never> {
  set(labels: Labels<L>, value: number): void;
}

export interface HistogramMetric<L extends string = never> {
  /** Seconds, bytes or what the name says. */
  observe(labels: Labels<L>, value: number): void;
}

/** The measures of one process. Made once; what it hands out costs an addition a call, the child of a set of labels being kept. */
export interface Metrics {
  counter<L extends string = never>(description: MetricDescription<L>): CounterMetric<L>;
  gauge<L extends string = never>(description: MetricDescription<L>): GaugeMetric<L>;
  /** A gauge whose values are asked for when it is read. */
  gaugeOf<L extends string = never>(description: MetricDescription<L>, read: () => readonly Sample<L>[]): void;
  histogram<L extends string = never>(description: MetricDescription<L> & { readonly buckets: readonly number[] }): HistogramMetric<L>;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  return {
    counter: <L extends string>(description: MetricDescription<L>): CounterMetric<L> => {
      const metric = new Counter<string>({ ...base(description), registers: [registry] });
      const child = children<L, { inc(value?: number): void }>(description, (labels) => metric.labels({ ...labels }));
      return { add: (labels, amount = 1) => child(labels).inc(amount) };
    },
    gauge: <L extends string>(description: MetricDescription<L>): GaugeMetric<L> => {
      const metric = new Gauge<string>({ ...base(description), registers: [registry] });
      const child = children<L, { set(value: number): void }>(description, (labels) => metric.labels({ ...labels }));
      return { set: (labels, value) => child(labels).set(value) };
    },
    gaugeOf: (description, read) => {
      new Gauge<string>({
        ...base(description),
        registers: [registry],
        collect() {
          this.reset();
          for (const { labels, value } of read()) this.set({ ...labels }, value);
        },
      });
    },
    histogram: <L extends string>(description: MetricDescription<L> & { readonly buckets: readonly number[] }): HistogramMetric<L> => {
      const metric = new Histogram<string>({ ...base(description), buckets: [...description.buckets], registers: [registry] });
      const child = children<L, { observe(value: number): void }>(description, (labels) => metric.labels({ ...labels }));
      return { observe: (labels, value) => child(labels).observe(value) };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** The process's own: processor, memory, the event loop's delay, under the names that Node's client gives them. */
export function createProcessMetrics(): Metrics {
  const metrics = createMetrics();
  const own = new Registry();
  collectDefaultMetrics({ register: own });
  return { ...metrics, text: async () => `${await metrics.text()}\n${await own.metrics()}` };
}

function base({ name, help, labels = [] }: MetricDescription<string>) {
  return { name, help, labelNames: [...labels] };
}

function children<L extends string, C>({ labels: names = [] }: MetricDescription<L>, make: (labels: Labels<L>) => C): (labels: Labels<L>) => C {
  const made = new Map<string, C>();
  return (labels) => {
    const key = names.map((name) => labels[name]).join('\0');
    let child = made.get(key);
    if (child === undefined) made.set(key, (child = make(labels)));
    return child;
  };
}
