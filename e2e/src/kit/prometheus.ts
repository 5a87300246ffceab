import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from './free-port.js';
import { run, runOk } from './run.js';

const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));
export const PROMETHEUS_IMAGE = 'prom/prometheus:v3';


export interface Prometheus {
  /** The values that an expression has now. Rejects in Prometheus' words where it cannot be read. */
  query(expression: string): Promise<readonly unknown[]>;
  /** `data` or `no data`, or what is wrong with the expression. */
  dataOf(expression: string): Promise<string>;
  /** What an expression reads, without what it makes of it. */
  selectors(expression: string): Promise<readonly string[]>;
  /** Values of a label of a metric. */
  labelValues(metric: string, label: string): Promise<readonly string[]>;
  /** What the server answers under one of its API's paths. */
  ask(path: string, parameters?: Record<string, string>): Promise<unknown>;
  stop(): Promise<void>;
}

interface ScrapeConfig {
  job_name: string;
  scheme?: string;
  tls_config?: unknown;
  dns_sd_configs?: unknown;
  static_configs?: unknown;
  kubernetes_sd_configs?: { api_server: string; tls_config: unknown }[];
  relabel_configs?: { target_label?: string; replacement?: string }[];
}

/** The engine makes who asks for what containers use again within a second wait: less than two seconds are too few for a scrape. */
const INTERVAL = '2s';

/** The configuration of `deploy/prometheus` for a standalone cluster: its API shows the measures of all parts of the control plane. */
export async function standaloneConfiguration(api: string): Promise<string> {
  const config = parse(await readFile(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8'), { merge: true }) as { global: object; scrape_configs: ScrapeConfig[] };
  const nodes = config.scrape_configs.filter(({ kubernetes_sd_configs }) => kubernetes_sd_configs !== undefined);
  const { tls_config } = nodes[0]!;
  const scrape_configs = [
    { job_name: 'apiserver', scheme: 'https', tls_config, static_configs: [{ targets: [api] }] },
    ...nodes.map((job) => ({
      ...job,
      kubernetes_sd_configs: job.kubernetes_sd_configs?.map((one) => ({ ...one, api_server: `https://${api}` })),
      relabel_configs: job.relabel_configs?.map((one) => (one.target_label === '__address__' ? { ...one, replacement: api } : one)),
    })),
  ];
  return stringify({ ...config, global: { scrape_interval: INTERVAL, evaluation_interval: '1s' }, scrape_configs }, { aliasDuplicateObjects: false });
}

/** The real server over a configuration, with the rules of `deploy/prometheus`. `folder` holds its own files: `ca.crt`, `tls.crt`, `tls.key`. */
export async function startPrometheus(name: string, folder: string, configuration: string): Promise<Prometheus> {
  await writeFile(join(folder, 'prometheus.yml'), configuration, { mode: 0o644 });
  const port = await freePort();
  const mounts = [`${folder}:/var/lib/gantry/own:ro`, `${join(DEPLOY, 'prometheus/rules')}:/etc/prometheus/rules:ro`].flatMap((mount) => ['--volume', mount]);
  const options = ['--config.file=/var/lib/gantry/own/prometheus.yml', `--web.listen-address=127.0.0.1:${port}`, '--storage.tsdb.path=/tmp/prometheus', '--enable-feature=promql-experimental-functions'];
  await runOk('docker', ['run', '--detach', '--rm', '--name', name, '--label', `io.gantry.cluster=${name}`, '--network', 'host', ...mounts, PROMETHEUS_IMAGE, ...options]);
  return prometheusAt(`127.0.0.1:${port}`, () => run('docker', ['rm', '--force', '--volumes', name]).then(() => undefined));
}

/** The server at `host:port`, once it answers. */
export async function prometheusAt(address: string, stop: () => Promise<void>): Promise<Prometheus> {
  const prometheus = over(`http://${address}`, stop);
  await vi.waitUntil(() => prometheus.query('vector(1)').then(() => true, () => false), { timeout: 60_000, interval: 100 });
  return prometheus;
}

function over(server: string, stop: () => Promise<void>): Prometheus {
  const ask = async (path: string, parameters: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(`${server}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  };
  const query = async (expression: string): Promise<readonly unknown[]> => ((await ask('query', { query: expression })) as { result: unknown[] }).result;
  return {
    ask,
    stop,
    query,
    dataOf: (expression) => query(expression).then(({ length }) => (length > 0 ? 'data' : 'no data'), String),
    selectors: async (expression) => selectorsOf(await ask('parse_query', { query: expression })),
    labelValues: async (metric, label) => (await ask(`label/${label}/values`, { 'match[]': metric })) as string[],
  };
}

/** The selectors of an expression's tree, as text. */
function selectorsOf(tree: unknown): string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  if (Array.isArray(tree)) return tree.flatMap(selectorsOf);
  const node = tree as { type?: string; matchers?: { name: string; type: string; value: string }[] };
  const own = node.type === 'vectorSelector' || node.type === 'matrixSelector' ? [`{${(node.matchers ?? []).map(({ name, type, value }) => `${name}${type}${JSON.stringify(value)}`).join(',')}}`] : [];
  return [...own, ...Object.values(node).flatMap(selectorsOf)];
}
