import { setTimeout as delay } from 'node:timers/promises';
import { OPERATION_KEY, type Watched } from '@gantry/testkit';
import { COLLECTION, keyOf, LABEL } from './objects.js';
import { ask, type Session } from './session.js';

/** A connection that says nothing for so long is given up: its replica may be frozen. Bookmarks come more often. */
const SILENCE_MS = 15_000;
const PAUSE_MS = 50;

interface Frame {
  readonly type: string;
  readonly object: { readonly code?: number; readonly metadata?: { readonly name?: string; readonly resourceVersion?: string }; readonly data?: Readonly<Record<string, string>> };
}

/** How a connection ended. */
type End = 'resume' | 'expired';

/** One client that watches, resumes on the next replica wherever a connection breaks, and lists again only when it is told that history is gone. */
export class WatchClient {
  #events: Watched[] = [];
  #start = 0;
  #reached = 0;
  #connections = 0;

  constructor(
    private readonly session: Session,
    private readonly colour: string | undefined,
  ) {}

  /** Everything up to here was shown, or is said to be. */
  get reached(): number {
    return this.#reached;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.colour === undefined ? {} : { [LABEL]: this.colour };
  }

  /** Until it is told to end. */
  async run(): Promise<void> {
    const { signal } = this.session;
    while (!signal.aborted) {
      if (this.#start === 0) await this.#list();
      else if ((await this.#connect().catch((): End => 'resume')) === 'expired') this.#finish(false);
      if (!signal.aborted) await delay(PAUSE_MS);
    }
  }

  /** What is open becomes a record; `isComplete`: it had the time to see everything. */
  #finish(isComplete: boolean): void {
    const { session, labels } = this;
    session.notes.watches.push({ client: session.client, start: this.#start, labels, events: this.#events, isComplete });
    this.#events = [];
    this.#start = this.#reached = 0;
  }

  /** At the very end. */
  close(): void {
    if (this.#start > 0) this.#finish(true);
  }

  async #list(): Promise<void> {
    const answer = await ask(this.session, 'GET', `${COLLECTION}?limit=1`);
    if (answer?.status !== 200) return;
    this.#start = this.#reached = Number((answer.body as { metadata: { resourceVersion: string } }).metadata.resourceVersion);
  }

  async #connect(): Promise<End> {
    const { session, colour } = this;
    const from = this.#reached;
    const api = session.next();
    const selector = colour === undefined ? '' : `&labelSelector=${LABEL}%3D${colour}`;
    const path = `${COLLECTION}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}&timeoutSeconds=${1 + session.random.below(20)}${selector}`;
    const { status, lines, close } = await withTime(api.open(path));
    const by = `${api.name}#${(this.#connections += 1)}`;
    const silence = setTimeout(close, SILENCE_MS);
    const stop = (): void => close();
    session.signal.addEventListener('abort', stop, { once: true });
    try {
      if (status === 410) return this.#expired(path, from);
      if (status !== 200) return 'resume';
      for await (const line of lines) {
        silence.refresh();
        if (this.#take(line, by) === 'expired') return this.#expired(path, from);
      }
      return 'resume';
    } finally {
      clearTimeout(silence);
      session.signal.removeEventListener('abort', stop);
      close();
    }
  }

  #expired(what: string, from: number): End {
    const { client, notes } = this.session;
    notes.expiries.push({ client, what, revision: Math.max(from, this.#reached), at: Date.now() });
    return 'expired';
  }

  /** A line that was cut off is none: what it would have said comes again. */
  #take(line: string, by: string): End {
    const frame = parseFrame(line);
    if (frame === undefined) return 'resume';
    if (frame.type === 'ERROR') return frame.object.code === 410 ? 'expired' : 'resume';
    const { metadata, data } = frame.object;
    const operation = data?.[OPERATION_KEY];
    const revision = Number(metadata?.resourceVersion);
    const isBookmark = frame.type === 'BOOKMARK';
    this.#events.push({ type: frame.type as Watched['type'], revision, key: isBookmark ? '' : keyOf(metadata?.name ?? ''), by, ...(isBookmark || operation === undefined ? {} : { operation }) });
    this.#reached = Math.max(this.#reached, revision);
    return 'resume';
  }
}

function parseFrame(line: string): Frame | undefined {
  try {
    return JSON.parse(line) as Frame;
  } catch {
    return undefined;
  }
}

/** A replica that takes a connection and says nothing is left alone. */
async function withTime<T extends { close: () => void }>(opening: Promise<T>): Promise<T> {
  const given = delay(SILENCE_MS, undefined, { ref: false }).then(() => undefined);
  const opened = await Promise.race([opening, given]);
  if (opened !== undefined) return opened;
  opening.then(({ close }) => close(), () => undefined);
  throw new Error('no answer to a watch');
}

