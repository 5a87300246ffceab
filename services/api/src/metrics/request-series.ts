import type { Count, CounterMetric, Distribution, HistogramMetric } from '@gantry/platform/metrics';

/** What requests of one kind have in common. */
export interface RequestKind {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** `resource`, `namespace` or `cluster`; '' of a path without resource. */
  readonly scope: string;
}

type Kind = keyof RequestKind | 'component';

/** Where requests are counted, under upstream's names. */
export interface RequestTables {
  readonly total: CounterMetric<Kind | 'dry_run' | 'code'>;
  readonly seconds: HistogramMetric<Kind | 'dry_run'>;
  /** The same without dry runs, in the buckets by which service levels are judged. */
  readonly serviceLevel: HistogramMetric<Kind>;
  readonly bytes: HistogramMetric<Kind>;
  readonly terminations: CounterMetric<Kind | 'code'>;
}

/** Verbs whose answers are measured by size. */
const READS: ReadonlySet<string> = new Set(['GET', 'LIST']);
const COMPONENT = 'apiserver';

/** The measures of one kind of request, looked up once a request: an answer costs a few additions. */
export class RequestSeries {
  /** Streams of this kind that flow now. */
  longRunning = 0;
  readonly #byCode = new Map<number, Count>();
  readonly #seconds: Distribution;
  readonly #serviceLevel: Distribution | undefined;
  readonly #bytes: Distribution | undefined;

  constructor(
    readonly kind: RequestKind,
    private readonly dryRun: string,
    private readonly tables: RequestTables,
  ) {
    const labels = { ...kind, component: COMPONENT };
    this.#seconds = tables.seconds.of({ ...labels, dry_run: dryRun });
    this.#serviceLevel = dryRun === '' ? tables.serviceLevel.of(labels) : undefined;
    this.#bytes = READS.has(kind.verb) ? tables.bytes.of(labels) : undefined;
  }

  answered(code: number, seconds: number): void {
    let count = this.#byCode.get(code);
    if (count === undefined) this.#byCode.set(code, (count = this.tables.total.of({ ...this.kind, component: COMPONENT, dry_run: this.dryRun, code: String(code) })));
    count.add();
    this.#seconds.observe(seconds);
    this.#serviceLevel?.observe(seconds);
  }

  /** How large a whole answer is; asked for only where that is measured. */
  sized(bytes: () => number): void {
    this.#bytes?.observe(bytes());
  }

  /** The server gave the request up itself. */
  terminated(code: number): void {
    this.tables.terminations.add({ ...this.kind, component: COMPONENT, code: String(code) });
  }
}
