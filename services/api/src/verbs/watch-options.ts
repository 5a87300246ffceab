import { forbidden, notSupported } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { RequestContext } from '../http/request-context.js';
import { invalidListOptions, parseInteger } from '../registry/list-options.js';
import { watchStart } from '../registry/watch.js';
import type { WatchStart } from '../registry/watch.js';

/** What the query of a watch asks for. */
export interface WatchOptions {
  readonly start: WatchStart;
  readonly bookmarks: boolean;
  /** Tell by a bookmark where the initial events end. */
  readonly markInitialEnd: boolean;
  /** undefined: not said. */
  readonly timeoutSeconds: number | undefined;
}

/** Throws a `StatusError`: 400 for what cannot be read, 422 for parts that contradict each other. */
export function watchOptions(context: RequestContext): WatchOptions {
  const { query } = context;
  checkParameters(query);
  const asked = parseInteger(query.get('timeoutSeconds'));
  const sendInitialEvents = query.has('sendInitialEvents') ? context.flag('sendInitialEvents') : undefined;
  const start = watchStart(query.get('resourceVersion') ?? '', sendInitialEvents);
  const bookmarks = context.flag('allowWatchBookmarks');
  return { start, bookmarks, markInitialEnd: bookmarks && start.from === 'state', timeoutSeconds: asked === 0 ? undefined : asked };
}

function checkParameters(query: URLSearchParams): void {
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch') ?? '';
  const isInitialSaid = query.has('sendInitialEvents');
  const refuse = (detail: string): void => void errors.push(forbidden('resourceVersionMatch', detail));
  if (isInitialSaid && match !== 'NotOlderThan') refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== '') {
    if (!isInitialSaid) refuse('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    if (match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
    if (query.get('continue')) refuse('resourceVersionMatch is forbidden when continue is provided');
  }
  if (errors.length > 0) throw invalidListOptions(errors);
}
