import { AsyncQueue, onAbort } from '@gantry/async';
import { toStatus } from '@gantry/apimachinery';
import type { FakeEvent, FakeStore } from './fake-store.js';
import { kindOf, typeOf, type Target } from './names.js';
import { parseSelection, selectEvent } from './selection.js';
import { apiVersionFor } from '../paths.js';

/** One watch in progress. */
export interface FakeWatch {
  readonly target: Target;
  readonly body: AsyncIterable<Uint8Array>;
  bookmark(): void;
  /** As when the server closes the connection. */
  end(): void;
  /** Ends with an ERROR event. */
  fail(error: unknown): void;
}

/** Opens a watch: what the resourceVersion asks for first, then every change. */
export function openWatch(store: FakeStore, target: Target, query: URLSearchParams, signal: AbortSignal | undefined, onClosed: () => void): FakeWatch {
  const lines = new AsyncQueue<Uint8Array>();
  const selects = parseSelection(query);
  const send = (type: string, object: object): void => void lines.push(Buffer.from(`${JSON.stringify({ type, object })}\n`));
  const show = (event: FakeEvent): void => {
    if (event.resource !== typeOf(target.resource) || !inScope(target, event)) return;
    const selected = selectEvent(event, selects);
    if (selected !== undefined) send(selected.type, selected.object);
  };
  const stop = store.listen(show);
  let release = (): void => undefined;
  const end = (): void => {
    stop();
    lines.close();
    release();
    onClosed();
  };
  release = onAbort(signal, end);
  const fail = (error: unknown): void => {
    send('ERROR', toStatus(error));
    end();
  };
  try {
    begin(store, target, query, { show, add: (object) => selects(object as never) && send('ADDED', object) });
  } catch (error) {
    fail(error);
  }
  const bookmark = (): void => send('BOOKMARK', bookmarkOf(target, store.revision));
  return { target, body: endingBody(lines, end), bookmark, end, fail };
}

function begin(store: FakeStore, { resource, namespace }: Target, query: URLSearchParams, out: { show(event: FakeEvent): void; add(object: object): void }): void {
  const from = Number(query.get('resourceVersion') ?? 0);
  if (from === 0) for (const object of store.list(resource, namespace)) out.add(object);
  else for (const event of store.since(from)) out.show(event);
}

function inScope({ namespace, name }: Target, { object }: FakeEvent): boolean {
  return (namespace === undefined || object.metadata.namespace === namespace) && (name === undefined || object.metadata.name === name);
}

function bookmarkOf({ resource }: Target, revision: number): object {
  return { kind: kindOf(resource), apiVersion: apiVersionFor(resource), metadata: { resourceVersion: String(revision), creationTimestamp: null } };
}

async function* endingBody(lines: AsyncQueue<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* lines;
  } finally {
    end();
  }
}
