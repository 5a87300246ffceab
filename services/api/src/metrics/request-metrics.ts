import type { Metrics } from '@gantry/platform/metrics';
import { isMadeOnTheWay, isStreamed, isUpgrade } from '../http/answer.js';
import type { Answer, StreamedAnswer, UpgradeAnswer, WholeAnswer } from '../http/answer.js';
import type { ResourcePath } from '../http/path.js';
import type { RequestContext } from '../http/request-context.js';
import { RequestSeries } from './request-series.js';
import type { RequestKind, RequestTables } from './request-series.js';

/** Seconds: upstream's buckets, and two below them, where most answers are. */
const SECONDS = [0.001, 0.0025, 0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const SERVICE_LEVEL_SECONDS = SECONDS.filter((bound) => bound >= 0.05);
const BYTES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const KIND = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;
const NO_PATH: Omit<RequestKind, 'verb' | 'subresource'> = { group: '', version: '', resource: '', scope: '' };

/** Upstream's word for each verb of permissions. */
const REPORTED: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', get: 'GET', list: 'LIST', watch: 'WATCH', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETECOLLECTION', connect: 'CONNECT' };
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts requests, by which way they came, under upstream's names. */
export class RequestMetrics {
  readonly #tables: RequestTables;
  /** By what serves, then by verb, scope and dry run: no text is made for a request. */
  readonly #byRoute = new Map<object, Map<string, RequestSeries[]>>();
  readonly #byPath = new Map<string, RequestSeries>();
  readonly #deprecated = new Map<string, Record<'group' | 'version' | 'resource' | 'subresource' | 'removed_release', string>>();
  readonly #inFlight = { readOnly: 0, mutating: 0 };

  constructor(metrics: Metrics) {
    this.#tables = {
      total: metrics.counter({ name: 'apiserver_request_total', help: 'Requests that were answered.', labels: ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component', 'code'] }),
      seconds: metrics.histogram({ name: 'apiserver_request_duration_seconds', help: 'From a request with its body to its answer; of a stream, to its end.', labels: [...KIND, 'dry_run'], buckets: SECONDS }),
      serviceLevel: metrics.histogram({ name: 'apiserver_request_sli_duration_seconds', help: 'The same without dry runs: nothing here waits for webhooks or in queues, which upstream leaves out.', labels: KIND, buckets: SERVICE_LEVEL_SECONDS }),
      bytes: metrics.histogram({ name: 'apiserver_response_sizes', help: 'Bytes of answers, before compression.', labels: KIND, buckets: BYTES }),
      terminations: metrics.counter({ name: 'apiserver_request_terminations_total', help: 'Requests that the server gave up itself.', labels: [...KIND, 'code'] }),
    };
    metrics.gaugeOf({ name: 'apiserver_current_inflight_requests', help: 'Requests that are being answered, without streams.', labels: ['request_kind'] }, () => Object.entries(this.#inFlight).map(([request_kind, value]) => ({ labels: { request_kind }, value })));
    metrics.gaugeOf({ name: 'apiserver_requested_deprecated_apis', help: 'APIs that are deprecated and were asked for.', labels: ['group', 'version', 'resource', 'subresource', 'removed_release'] }, () => [...this.#deprecated.values()].map((labels) => ({ labels, value: 1 })));
    metrics.gaugeOf({ name: 'apiserver_longrunning_requests', help: 'Streams that flow: watches, followed logs.', labels: KIND }, () =>
      this.#all().filter(({ kind, longRunning }) => longRunning > 0 || kind.verb === 'WATCH').map(({ kind, longRunning }) => ({ labels: { ...kind, component: 'apiserver' }, value: longRunning })),
    );
  }

  /** Of a request for something that clients should use no more. */
  deprecated({ group, version, resource, subresource }: ResourcePath): void {
    const key = `${group}/${version}/${resource}/${subresource}`;
    if (!this.#deprecated.has(key)) this.#deprecated.set(key, { group, version, resource, subresource, removed_release: '' });
  }

  began(method: string): void {
    this.#inFlight[kindOf(method)] += 1;
  }

  /** Of a request for a resource that is served by `route`. `verb` as permissions name it. */
  seriesOf(route: object, path: ResourcePath, verb: string, isDryRun: boolean): RequestSeries {
    const scope = path.name !== '' || verb === 'create' ? 'resource' : path.namespace !== '' ? 'namespace' : 'cluster';
    const at = SCOPES.indexOf(scope) * 2 + Number(isDryRun);
    let byVerb = this.#byRoute.get(route);
    if (byVerb === undefined) this.#byRoute.set(route, (byVerb = new Map()));
    let series = byVerb.get(verb);
    if (series === undefined) byVerb.set(verb, (series = []));
    return (series[at] ??= this.#made({ verb: reported(verb), group: path.group, version: path.version, resource: path.resource, subresource: path.subresource, scope }, isDryRun ? 'All' : ''));
  }

  answered(context: RequestContext, answer: Answer, started: number): void {
    this.#inFlight[kindOf(context.method)] -= 1;
    const series = context.series ?? this.seriesOfPath(context.method, '');
    if (isUpgrade(answer)) this.#followUpgrade(series, answer, started);
    else if (isStreamed(answer)) this.#follow(series, answer, started);
    // Of what only the head is asked for, nothing is ever made.
    else if (isMadeOnTheWay(answer.body) && context.method !== 'HEAD') answer.body = followed(series, answer.status, answer.body, started);
    else finish(series, answer, started);
  }

  /** Of a path that is no resource; '' for those that nothing serves. */
  seriesOfPath(method: string, path: string): RequestSeries {
    const key = `${method} ${path}`;
    let series = this.#byPath.get(key);
    if (series === undefined) this.#byPath.set(key, (series = this.#made({ verb: METHODS.has(method) ? method : 'OTHER', ...NO_PATH, subresource: path }, '')));
    return series;
  }

  /** A stream counts as answered when it is over. */
  #follow(series: RequestSeries, answer: StreamedAnswer, started: number): void {
    const { start } = answer;
    answer.start = (sink) => {
      series.longRunning += 1;
      sink.onOver(() => {
        series.longRunning -= 1;
        series.answered(answer.status, secondsSince(started));
      });
      start(sink);
    };
  }

  /** So does a connection that was handed over. */
  #followUpgrade(series: RequestSeries, answer: UpgradeAnswer, started: number): void {
    const { take } = answer;
    answer.take = async (connection, headers) => {
      series.longRunning += 1;
      await take(connection, headers);
      series.longRunning -= 1;
      series.answered(answer.status, secondsSince(started));
    };
  }

  #made(kind: RequestKind, dryRun: string): RequestSeries {
    return new RequestSeries(kind, dryRun, this.#tables);
  }

  #all(): RequestSeries[] {
    return [...this.#byRoute.values()].flatMap((byVerb) => [...byVerb.values()].flatMap((series) => series.filter((one) => one !== undefined)));
  }
}

const SCOPES: readonly string[] = ['resource', 'namespace', 'cluster'];

function finish(series: RequestSeries, { status, body }: WholeAnswer, started: number): void {
  series.answered(status, secondsSince(started));
  if (!isMadeOnTheWay(body)) series.sized(() => (body instanceof Uint8Array ? body.length : body.reduce((sum, piece) => sum + piece.length, 0)));
}

/** An answer that is made on its way counts when it has been sent, or given up. */
async function* followed(series: RequestSeries, status: number, body: AsyncIterable<Uint8Array>, started: number): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.length;
      yield piece;
    }
  } finally {
    series.answered(status, secondsSince(started));
    series.sized(() => bytes);
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000;
}

function kindOf(method: string): 'readOnly' | 'mutating' {
  return method === 'GET' || method === 'HEAD' ? 'readOnly' : 'mutating';
}

function reported(verb: string): string {
  return REPORTED[verb] ?? (METHODS.has(verb.toUpperCase()) ? verb.toUpperCase() : 'OTHER');
}
