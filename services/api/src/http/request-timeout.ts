import { newBadRequest, parseGoDuration } from '@gantry/apimachinery';
import { looksLongRunning } from './long-running.js';
import type { RequestContext } from './request-context.js';

/** Milliseconds that the client itself gives this request (`timeout=10s`); undefined where it does not say, or what it says is none. */
export function requestedTimeout(context: RequestContext): number | undefined {
  if (!context.rawQuery.includes('timeout=') || looksLongRunning(context)) return undefined;
  const nanoseconds = parseGoDuration(context.query.get('timeout') ?? '');
  return nanoseconds > 0 ? nanoseconds / 1e6 : undefined;
}

/** Throws 400 for a timeout that is no duration. */
export function checkTimeout(context: RequestContext): void {
  if (!context.rawQuery.includes('timeout=') || looksLongRunning(context)) return;
  const text = context.query.get('timeout');
  if (text && Number.isNaN(parseGoDuration(text))) throw newBadRequest(`invalid timeout specified in the request URL - time: ${problemOf(text)}`);
}

/** What Go says of a text that is no duration. */
function problemOf(text: string): string {
  const quoted = JSON.stringify(text);
  const [, numbers = '', unit = ''] = /^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))*(\d*\.?\d*)([^\d.]*)/.exec(text) ?? [];
  if (!/\d/.test(numbers)) return `invalid duration ${quoted}`;
  return unit === '' ? `missing unit in duration ${quoted}` : `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}
