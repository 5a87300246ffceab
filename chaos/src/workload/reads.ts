import type { Snapshot } from '@gantry/testkit';
import type { Answer } from './http.js';
import { COLLECTION, COLOURS, keyOf, LABEL, shownOf, type Shown } from './objects.js';
import { ask, type AskedList, type Session } from './session.js';

/** The newest state. Undefined where it is not there, or nobody said. */
export async function get(session: Session, name: string): Promise<Shown | undefined> {
  const invoked = session.notes.recorder.invoke({ client: session.client, key: keyOf(name), kind: 'read' });
  const answer = await ask(session, 'GET', `${COLLECTION}/${name}`);
  const shown = shownBy(answer);
  if (shown === undefined) return void invoked.failed();
  invoked.ok({ revision: shown === 'nothing' ? 0 : shown.revision });
  return shown === 'nothing' ? undefined : shown;
}

/** A state that may be old: any, or one that is at least of a revision. */
export async function getStale(session: Session, name: string, minimum: number): Promise<void> {
  const shown = shownBy(await ask(session, 'GET', `${COLLECTION}/${name}?resourceVersion=${minimum}`));
  if (shown !== undefined) session.notes.staleReads.push({ client: session.client, key: keyOf(name), revision: shown === 'nothing' ? 0 : shown.revision, minimum });
}

function shownBy(answer: Answer | undefined): Shown | 'nothing' | undefined {
  if (answer?.status === 404) return 'nothing';
  return answer?.status === 200 ? shownOf(answer.body) : undefined;
}

interface Page {
  readonly revision: number;
  readonly more: string;
  readonly items: Snapshot['items'];
}

function pageOf({ body }: Answer): Page {
  const { metadata, items } = body as { metadata: { resourceVersion: string; continue?: string }; items: readonly unknown[] };
  return {
    revision: Number(metadata.resourceVersion),
    more: metadata.continue ?? '',
    items: items.map(shownOf).map(({ name, revision, operation }) => ({ key: keyOf(name), revision, operation })),
  };
}

/** What a list asks for, by the table of resourceVersion, match and limit. */
interface ListQuery {
  readonly query: string;
  readonly least: AskedList['least'];
  readonly exact?: number;
}

function drawQuery({ random }: Session, seen: number): ListQuery {
  const paged = random.chance(0.4) ? `limit=${1 + random.below(7)}` : '';
  const known = Math.max(1, seen - random.pick([0, 0, 1, 5, 40]));
  const form = random.below(seen === 0 ? 2 : 5);
  if (form === 0) return { query: paged, least: 'newest' };
  if (form === 1) return { query: `resourceVersion=0&${paged}`, least: 0 };
  if (form === 2) return { query: `resourceVersion=${known}&resourceVersionMatch=NotOlderThan&${paged}`, least: known };
  if (form === 3) return { query: `resourceVersion=${known}&resourceVersionMatch=Exact&${paged}`, least: known, exact: known };
  return paged === '' ? { query: `resourceVersion=${known}`, least: known } : { query: `resourceVersion=${known}&${paged}`, least: known, exact: known };
}

/** A list of any form. Answers its revision, 0 where there was none. */
export function list(session: Session, seen: number): Promise<number> {
  return listBy(session, drawQuery(session, seen));
}

/** The state at a revision. */
export function listAt(session: Session, revision: number): Promise<number> {
  return listBy(session, { query: `resourceVersion=${revision}&resourceVersionMatch=Exact&`, least: revision, exact: revision });
}

/** All pages, each from the next replica. */
async function listBy(session: Session, { query, least, exact }: ListQuery): Promise<number> {
  const colour = session.random.chance(0.3) ? session.random.pick(COLOURS) : undefined;
  const selector = colour === undefined ? '' : `&labelSelector=${LABEL}%3D${colour}`;
  const invoked = performance.now();
  const pages = await readPages(session, `${query}${selector}`, exact);
  if (pages === undefined) return 0;
  const snapshot: Snapshot = {
    client: session.client, asked: `GET ?${query}${selector}`, pageRevisions: pages.map(({ revision }) => revision), items: pages.flatMap(({ items }) => items),
    ...(colour === undefined ? {} : { labels: { [LABEL]: colour } }), ...(exact === undefined ? {} : { isOfHistory: true }), invoked, completed: performance.now(),
  };
  session.notes.lists.push({ snapshot, least, ...(exact === undefined ? {} : { exact }) });
  return snapshot.pageRevisions[0] ?? 0;
}

async function readPages(session: Session, query: string, exact: number | undefined): Promise<Page[] | undefined> {
  const pages: Page[] = [];
  for (let path = `${COLLECTION}?${query}`; ; ) {
    const answer = await ask(session, 'GET', path);
    const asked = pages[0]?.revision ?? exact;
    if (answer?.status === 410 && asked !== undefined) session.notes.expiries.push({ client: session.client, what: path, revision: asked, at: Date.now() });
    if (answer?.status !== 200) return undefined;
    const page = pageOf(answer);
    pages.push(page);
    if (page.more === '') return pages;
    const kept = query.split('&').filter((part) => part.startsWith('limit=') || part.startsWith('labelSelector='));
    path = `${COLLECTION}?${[...kept, `continue=${encodeURIComponent(page.more)}`].join('&')}`;
  }
}
