import { isExpired, isTooLargeResourceVersion, newBadRequest, parseFieldSelector } from '@gantry/apimachinery';
import type { StatusError } from '@gantry/apimachinery';
import type { Answer, StreamedAnswer } from '../http/answer.js';
import { wantsMessages, watchAsMessages } from '../http/websocket-stream.js';
import { objectFilter } from '../registry/object-filter.js';
import { listPrefixOf } from '../registry/served-resource.js';
import { awaitStart } from '../registry/watch.js';
import { streamTypeOf } from '../representation/representation.js';
import type { ResourceRequest } from './verb.js';
import { watchOptions } from './watch-options.js';
import { WatchStream } from './watch-stream.js';

/** GET with `watch`: events until the client leaves, the time is up, or the client takes nothing for too long. */
export async function watch(request: ResourceRequest): Promise<Answer> {
  const { context, resource, namespace, env, identity } = request;
  const options = watchOptions(context);
  const representation = request.representation();
  const streamType = streamTypeOf(representation);
  const filter = objectFilter(resource, context.query.get('labelSelector'), fieldSelectorOf(request));
  const prefix = listPrefixOf(resource, namespace);
  env.openWatches.check(identity.name);
  const after = await awaitStart(env, options.start).catch(forStream);
  const answer: StreamedAnswer = {
    status: 200,
    headers: { 'content-type': streamType },
    start: (sink) => new WatchStream({ request, options, prefix, filter, sink, representation }).begin(after),
  };
  return wantsMessages(context) ? watchAsMessages(answer, context) : answer;
}

/** A watch of one object is one by its name. Throws 400 where the selector says another. */
function fieldSelectorOf({ context, name }: ResourceRequest): string | null {
  const selector = context.query.get('fieldSelector');
  if (name === '') return selector;
  if (selector && parseFieldSelector(selector).exactValue('metadata.name') !== name) throw newBadRequest("fieldSelector metadata.name doesn't match requested name");
  return selector || `metadata.name=${name.replace(/[\\,=]/g, '\\$&')}`;
}

/** Of a permitted watch whose revision is gone, or yet to come, the stream itself says so, as upstream's does; other failures are the request's. */
function forStream(error: unknown): StatusError {
  if (isExpired(error) || isTooLargeResourceVersion(error)) return error as StatusError;
  throw error;
}
