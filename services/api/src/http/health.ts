import { goQuote } from '@gantry/apimachinery';
import type { Family } from '@gantry/platform/metrics';
import { textAnswer } from './answer.js';
import type { Answer } from './answer.js';
import type { PathEndpoint } from './path-endpoints.js';
import type { RequestContext } from './request-context.js';

/** One thing that must be well. Throws, or answers a promise that rejects, when it is not. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => Promise<unknown> | unknown;
}

/** `/livez`, `/readyz`, `/healthz` and a path for every check, in upstream's form. */
export function healthEndpoints(checks: { readonly livez: readonly HealthCheck[]; readonly readyz: readonly HealthCheck[] }): Record<string, PathEndpoint> {
  const endpoints: Record<string, PathEndpoint> = {};
  for (const [name, list] of [['livez', checks.livez], ['readyz', checks.readyz], ['healthz', checks.livez]] as const) {
    endpoints[`/${name}`] = (context) => all(name, list, context);
    for (const one of list) endpoints[`/${name}/${one.name}`] = () => single(one);
  }
  return endpoints;
}

async function all(name: string, checks: readonly HealthCheck[], { query }: RequestContext): Promise<Answer> {
  const excluded = new Set(query.getAll('exclude'));
  const results = await Promise.all(checks.map(async (one) => (excluded.delete(one.name) ? `[+]${one.name} excluded: ok` : (await isWell(one)) ? `[+]${one.name} ok` : failed(one))));
  const lines = excluded.size === 0 ? results : [...results, `warn: some health checks cannot be excluded: no matches for ${[...excluded].sort().map(goQuote).join(',')}`];
  if (results.some((line) => line.startsWith('[-]'))) return textAnswer(500, `${[...lines, `${name} check failed`].join('\n')}\n`);
  return textAnswer(200, query.has('verbose') ? `${[...lines, `${name} check passed`].join('\n')}\n` : 'ok');
}

/** Whoever asks may be anybody: the reason is not for them. */
function failed({ name }: HealthCheck): string {
  return `[-]${name} failed: reason withheld`;
}

/** The same as numbers, under upstream's name; readable where `/metrics/slis` is. */
export async function healthFamily(type: string, checks: readonly HealthCheck[]): Promise<Family> {
  const samples = await Promise.all(checks.map(async (one) => ({ labels: { name: one.name, type }, value: Number(await isWell(one)) })));
  return { name: 'kubernetes_healthcheck', help: '1 while the check is content.', type: 'gauge', samples };
}

async function single(check: HealthCheck): Promise<Answer> {
  return (await isWell(check)) ? textAnswer(200, 'ok') : textAnswer(500, 'internal server error: reason withheld\n');
}

async function isWell({ check }: HealthCheck): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}
