import type { Invocation, Met } from '@gantry/testkit';
import type { Answer } from './http.js';
import { COLLECTION, COLOURS, COUNTER, keyOf, objectOf, shownOf, type Shown } from './objects.js';
import { ask, type Session } from './session.js';

/** What an answer to a write says. A 503 or 429 says that nothing was done; no answer, a 504 or any other 5xx says nothing. */
export function judgeWrite(answer: Answer | undefined, guard: 'create' | 'revision' | 'none'): 'ok' | 'failed' | 'ambiguous' | Met {
  if (answer === undefined) return 'ambiguous';
  const { status } = answer;
  if (status < 300) return 'ok';
  if (status === 404) return 'absent';
  if (status === 409 && guard !== 'none') return guard === 'create' ? 'existing' : 'other';
  return status < 500 || status === 503 ? 'failed' : 'ambiguous';
}

async function write(session: Session, invocation: Omit<Invocation, 'client'>, guard: 'create' | 'revision' | 'none', send: (id: string) => Promise<Answer | undefined>): Promise<Answer | undefined> {
  const invoked = session.notes.recorder.invoke({ client: session.client, ...invocation });
  const answer = await send(invoked.id);
  const verdict = judgeWrite(answer, guard);
  if (verdict === 'ambiguous') invoked.ambiguous();
  else if (verdict === 'failed') invoked.failed(messageOf(answer));
  else if (verdict !== 'ok') invoked.refused(verdict, messageOf(answer));
  else if (invocation.kind !== 'delete') invoked.ok({ revision: shownOf(answer?.body).revision });
  else invoked.ok(removedObject(answer));
  return verdict === 'ok' ? answer : undefined;
}

function messageOf(answer: Answer | undefined): string {
  return `${answer?.status} ${(answer?.body as { message?: string } | undefined)?.message ?? ''}`.trimEnd();
}

function removedObject(answer: Answer | undefined): { uid?: string } {
  const uid = (answer?.body as { details?: { uid?: string } } | undefined)?.details?.uid;
  return uid === undefined ? {} : { uid };
}

export async function create(session: Session, name: string): Promise<void> {
  await write(session, { key: keyOf(name), kind: 'create' }, 'create', (id) => ask(session, 'POST', COLLECTION, objectOf(name, id, session.random.pick(COLOURS), name === COUNTER ? { count: 0 } : {})));
}

/** Replaces what was seen, if it is still that. */
export async function update(session: Session, { name, revision, count }: Shown, more: { count?: number } = {}): Promise<boolean> {
  const counted = name === COUNTER ? { count: more.count ?? count } : {};
  const answer = await write(session, { key: keyOf(name), kind: 'update', expected: revision }, 'revision', (id) =>
    ask(session, 'PUT', `${COLLECTION}/${name}`, objectOf(name, id, session.random.pick(COLOURS), { revision, ...counted })));
  return answer !== undefined;
}

/** Whatever it is now. */
export async function patch(session: Session, name: string): Promise<void> {
  const colour = session.random.pick(COLOURS);
  await write(session, { key: keyOf(name), kind: 'patch' }, 'none', (id) => ask(session, 'PATCH', `${COLLECTION}/${name}`, { metadata: { labels: { colour } }, data: { op: id } }, 'application/merge-patch+json'));
}

/** What was seen, at that revision, or that object, or whatever is there. */
export async function remove(session: Session, { name, revision, uid }: Shown): Promise<void> {
  const by = session.random.pick(['revision', 'uid', 'name'] as const);
  const preconditions = by === 'revision' ? { resourceVersion: String(revision) } : { uid };
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(by === 'name' ? {} : { preconditions }) };
  const guard = by === 'revision' ? { expected: revision } : by === 'uid' ? { uid } : {};
  await write(session, { key: keyOf(name), kind: 'delete', ...guard }, by === 'revision' ? 'revision' : 'none', (_id) => ask(session, 'DELETE', `${COLLECTION}/${name}`, body));
}
