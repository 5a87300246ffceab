import { parseResourcePath } from './path.js';
import type { RequestContext } from './request-context.js';

/** Subresources that are streams whatever their verb, as upstream counts them. */
const STREAMS: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Requests that last as long as somebody wants them: they have no deadline and no place among those in flight. */
export function isLongRunning(verb: string, subresource: string): boolean {
  return verb === 'watch' || STREAMS.has(subresource);
}

/** The same of a request that nobody has looked at yet. */
export function looksLongRunning(context: RequestContext): boolean {
  if (context.flag('watch')) return true;
  try {
    const path = parseResourcePath(context.path);
    return path !== undefined && isLongRunning(path.isWatch ? 'watch' : '', path.subresource);
  } catch {
    return false;
  }
}
