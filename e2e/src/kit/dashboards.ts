import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[] };
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

export function dashboards(): Dashboard[] {
  const folder = join(DEPLOY, 'grafana/dashboards');
  return readdirSync(folder).map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Dashboard, 'file'>) }));
}

export function alertRules(): AlertRule[] {
  const folder = join(DEPLOY, 'prometheus/rules');
  return readdirSync(folder).flatMap((file) => (parse(readFileSync(join(folder, file), 'utf8')) as { groups: { rules: AlertRule[] }[] }).groups.flatMap(({ rules }) => rules));
}

/** The measures that the documentation tells of. */
export function documentedMeasures(): string[] {
  const tables = readFileSync(join(DEPLOY, '../docs/metrics.md'), 'utf8').split('\n').filter((line) => line.startsWith('| `') && !line.includes('proxy/'));
  return tables.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/gu)].map(([, name]) => name!));
}

/** A query as Grafana sends it with every variable at All, over the last `window`. */
export function filledIn(expression: string, window: string): string {
  return expression.replaceAll('$__rate_interval', window).replaceAll(/\$\w+/gu, '.*');
}
