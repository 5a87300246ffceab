import { newInvalid, forbidden } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { Answer, AnswerSink } from '../http/answer.js';
import { objectFilter } from '../registry/object-filter.js';
import type { ObjectFilter } from '../registry/object-filter.js';
import { listPrefixOf } from '../registry/served-resource.js';
import { streamTypeOf } from '../representation/representation.js';
import { awaitState, eventsBeforeRing, watchStart } from '../registry/watch.js';
import type { WatchStart } from '../registry/watch.js';
import type { CacheEvent } from '../watch-cache/cache-event.js';
import type { ResourceRequest } from './verb.js';
import { WatchStream } from './watch-stream.js';

/** What was read before the stream opens: nothing of it is sent unless all of it could be read. */
interface Opening {
  readonly start: WatchStart;
  readonly prefix: string;
  readonly events: readonly CacheEvent[];
  /** The ring goes on after this revision. */
  readonly revision: number;
}

/** GET with `watch`: events until the client leaves, the time is up, or the client falls too far behind. */
export async function watch(request: ResourceRequest): Promise<Answer> {
  const { context, resource } = request;
  const { query } = context;
  checkWatchParameters(query);
  const contentType = streamTypeOf(request.representation());
  const filter = objectFilter(resource, query.get('labelSelector'), query.get('fieldSelector'));
  const sendInitialEvents = query.has('sendInitialEvents') ? context.flag('sendInitialEvents') : undefined;
  const opening = await prepare(request, watchStart(query.get('resourceVersion') ?? '', sendInitialEvents), filter);
  return {
    status: 200,
    headers: { 'content-type': contentType },
    start: (sink) => begin(request, opening, filter, sink, sendInitialEvents === true),
  };
}

/** All that takes time happens here; from here to `begin` nothing can fall out of the ring, or `begin` ends the watch. */
async function prepare({ env, resource, namespace }: ResourceRequest, start: WatchStart, filter: ObjectFilter): Promise<Opening> {
  const prefix = listPrefixOf(resource, namespace);
  if (start.from === 'state') await awaitState(env, start.minimum);
  if (start.from !== 'after') return { start, prefix, events: [], revision: 0 };
  await awaitState(env, start.revision);
  const { events, revision } = await eventsBeforeRing(env, resource, namespace, start.revision, filter.matches !== undefined);
  return { start, prefix, events, revision };
}

function begin(request: ResourceRequest, { start, prefix, events, revision }: Opening, filter: ObjectFilter, sink: AnswerSink, markInitialEnd: boolean): void {
  const stream = new WatchStream({ request, prefix, filter, sink, representation: request.representation() });
  if (start.from === 'state') stream.sendState(markInitialEnd);
  if (start.from === 'now' && markInitialEnd) stream.markInitialEnd();
  if (start.from === 'after' && !stream.replay(events, revision)) return;
  stream.follow(timeoutSeconds(request));
}

function timeoutSeconds({ context, limits }: ResourceRequest): number {
  const asked = Number(context.query.get('timeoutSeconds') ?? '0');
  return asked > 0 ? asked : limits.minimumWatchSeconds * (1 + Math.random());
}

function checkWatchParameters(query: URLSearchParams): void {
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitialEvents = query.get('sendInitialEvents');
  if (sendInitialEvents !== null && match === '') {
    errors.push(forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  } else if (match !== '' && sendInitialEvents === null) {
    errors.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  } else if (match !== '' && match !== 'NotOlderThan') {
    errors.push(forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

